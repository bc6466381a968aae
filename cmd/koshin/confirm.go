package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// confirmJSON is the document of confirm: the verdict over all products and
// every host's proof.
type confirmJSON struct {
	Schema   string              `json:"schema"`
	Verdict  confirm.Verdict     `json:"verdict"`
	Hosts    []confirm.HostProof `json:"hosts"`
	Products []confirmedJSON     `json:"products"`
}

type confirmedJSON struct {
	Product  manifest.ProductID `json:"product"`
	Verdict  confirm.Verdict    `json:"verdict"`
	Why      *whyJSON           `json:"explanation,omitempty"`
	SelfTest *confirm.TestProof `json:"self_test"`
	Recorded bool               `json:"recorded"` // in the audit trail
	Error    *errorJSON         `json:"error,omitempty"`
}

func (a *app) confirmCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "confirm",
		Short: "Prove connectivity now, change nothing",
		Args:  cobra.NoArgs,
		RunE: a.reporting(func(ctx context.Context, s *session) error {
			reports, err := s.updater.Confirm(ctx, s.products)
			if !a.json {
				return s.showReports("confirm", reports, err)
			}
			if err != nil {
				return err
			}
			s.printConfirm(reports)
			return nil
		}),
	}
}

func (s *session) printConfirm(reports []updater.Report) {
	doc := confirmJSON{Schema: schema("confirm"), Hosts: []confirm.HostProof{}, Products: []confirmedJSON{}}
	var codes []exitcode.Code
	for _, r := range reports {
		one := confirmedJSON{Product: r.Product, Verdict: confirm.Unreachable, Why: s.whyJSON(r), Recorded: r.Recorded, Error: s.errorJSON(r.Err)}
		if r.After != nil {
			one.Verdict, one.SelfTest = r.After.Verdict, r.After.SelfTest
			doc.Hosts = append(doc.Hosts, r.After.Hosts...)
			if r.Err != nil && one.Verdict == confirm.Confirmed {
				one.Verdict = confirm.Partial // the hosts answer, but the client is not whole
			}
		}
		doc.Products = append(doc.Products, one)
		s.updater.RememberReport("confirm", r, s.codeOf(r.Err))
		codes = append(codes, s.reportCode("confirm", r))
	}
	doc.Verdict = overall(doc.Products)
	s.print(doc)
	s.code = exitcode.Strongest(codes...)
}

// overall is confirmed or unreachable where all products are, else partial.
func overall(products []confirmedJSON) confirm.Verdict {
	verdict := confirm.Unreachable
	for i, p := range products {
		if i == 0 {
			verdict = p.Verdict
		}
		if p.Verdict != verdict {
			return confirm.Partial
		}
	}
	return verdict
}
