package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

func (a *app) signCommand() *cobra.Command {
	var products, roles []string
	c := &cobra.Command{
		Use:   "sign",
		Short: "Sign roles again before they expire",
		Long: "Signs roles again as they are: a product's (valid for another 180 days; every change of the product\n" +
			"does that, too), targets or root (a year). Of the targets and root keys two must be in --keys, and\n" +
			"the online key each time. What has expired together is signed together: repeat the flags.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			asked, err := parseRoles(products, roles)
			if err != nil {
				return err
			}
			r, err := a.open(true)
			if err != nil {
				return err
			}
			if err := r.Sign(c.Context(), asked); err != nil {
				return err
			}
			a.sayf("signed again: %s", strings.Join(append(roles, products...), ", "))
			return nil
		},
	}
	c.Flags().StringArrayVar(&products, "product", nil, "product `ID` (repeatable)")
	c.Flags().StringArrayVar(&roles, "role", nil, "`role`: targets or root (repeatable)")
	return c
}

func parseRoles(products, roles []string) (asked release.Roles, err error) {
	if len(products)+len(roles) == 0 {
		return asked, usagef("which role? --product ID, --role targets or --role root")
	}
	for _, product := range products {
		id, err := manifest.ParseProductID(product)
		if err != nil {
			return asked, usagef("--product: %w", err)
		}
		asked.Products = append(asked.Products, id)
	}
	for _, role := range roles {
		switch role {
		case "targets":
			asked.Targets = true
		case "root":
			asked.Root = true
		default:
			return asked, usagef("--role %q is not targets or root; snapshot and timestamp are renewed by refresh", role)
		}
	}
	return asked, nil
}
