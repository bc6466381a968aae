package main

import (
	"crypto/tls"
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/tlshost"
)

func (a *app) serveCommand() *cobra.Command {
	var listen, cert, key string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the working copy over TLS 1.2",
		Long: "Serves metadata/ and targets/ of the working copy over TLS 1.2 and no other version, for\n" +
			"trials and for a LAN, until it is interrupted. Changes made meanwhile are seen at once.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			r, err := a.open(false)
			if err != nil {
				return err
			}
			status, err := r.Status(c.Context())
			if err != nil {
				return err
			}
			if status.Problem != "" {
				fmt.Fprintf(a.Err, "koshin-release: warning: clients will refuse this repository: %s\n", status.Problem)
			}
			pair, err := tls.LoadX509KeyPair(cert, key)
			if err != nil {
				return usagef("--cert and --key: %w", err)
			}
			listener, err := new(net.ListenConfig).Listen(c.Context(), "tcp", listen)
			if err != nil {
				return err
			}
			a.sayf("https://%s/", listener.Addr())
			return tlshost.Serve(c.Context(), listener, tlshost.Files(r.Dir()), pair, a.log)
		},
	}
	c.Flags().StringVar(&listen, "listen", "", "`address` to listen on, such as 127.0.0.1:8443; port 0 takes a free one")
	c.Flags().StringVar(&cert, "cert", "", "PEM `file` with the certificate chain")
	c.Flags().StringVar(&key, "key", "", "PEM `file` with its private key")
	require(c, "listen", "cert", "key")
	return c
}
