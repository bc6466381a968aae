package main

import (
	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/manifest"
)

func (a *app) signCommand() *cobra.Command {
	var product string
	c := &cobra.Command{
		Use:   "sign",
		Short: "Sign a product's role again before it expires",
		Long: "Signs a product's role again as it is; it is then valid for another 180 days. Every other change\n" +
			"of the product does that, too. The product's key and the online key are needed.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			id, err := manifest.ParseProductID(product)
			if err != nil {
				return usagef("--product: %w", err)
			}
			r, err := a.open(true)
			if err != nil {
				return err
			}
			if err := r.Sign(c.Context(), id); err != nil {
				return err
			}
			a.sayf("signed the role of %s again", id)
			return nil
		},
	}
	c.Flags().StringVar(&product, "product", "", "product `ID`")
	require(c, "product")
	return c
}
