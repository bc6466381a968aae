package confirm

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/koshin-updater/koshin/updater/transport"
)

// oldVersions are the ones that the reception system stopped to accept in
// April 2021.
var oldVersions = [...]uint16{tls.VersionTLS11, tls.VersionTLS10}

// oldSuites are all that a host of that age may have: a gap in the suites must
// not look like a refusal of the version.
var oldSuites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
	tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA,
	tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA,
	tls.TLS_ECDHE_RSA_WITH_RC4_128_SHA, tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA, tls.TLS_RSA_WITH_RC4_128_SHA,
}

// askOld offers one old version and nothing else. Nothing is asked for or sent
// even if the host goes along.
func askOld(ctx context.Context, address string, version uint16, o Options) OldProof {
	proof := OldProof{TLS: tls.VersionName(version), Outcome: Unknown}
	config := transport.ClientConfig(o.Roots)
	config.MinVersion, config.MaxVersion, config.CipherSuites = version, version, oldSuites
	var wentAlong atomic.Bool
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		wentAlong.Store(true) // it asks for more over the old version
		return new(tls.Certificate), nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	shaken := make(chan error, 1)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			select {
			case shaken <- err:
			default:
			}
			cancel() // before a request could be written
		},
	})
	resp, err := newWay(config, o, false).ask(ctx, address)
	if err == nil {
		resp.Body.Close()
	}
	select {
	case handshake := <-shaken:
		proof.Outcome = refusal(handshake)
		err = handshake
	default: // no handshake: the line or the proxy failed before
	}
	if wentAlong.Load() {
		proof.Outcome = Accepted
	}
	if err != nil {
		proof.Evidence = plain(err.Error(), maxError)
	}
	return proof
}

// refusal reads the outcome of a handshake that offered an old version only. A
// host that names the version as its reason is sure; one that breaks off in
// another way may mean it; everything else says nothing.
func refusal(err error) Refusal {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok || err == nil {
		return Accepted // it was our side that objected, and to something else
	}
	switch {
	case timedOut(err), errors.Is(err, context.Canceled):
		return Unknown
	case transport.RemoteAlert(err, transport.AlertProtocolVersion):
		return Refused
	case isRemoteAlert(err), cutOff(err), errors.Is(transport.Classify(err), transport.ErrTLSVersion):
		return Presumed
	}
	return Unknown
}

// refusedAll sums the attempts up. That a host broke off counts only if it does
// not do so with TLS 1.2 as well.
func refusedAll(proofs []OldProof, speaksTLS12 bool) *bool {
	all := true
	for _, p := range proofs {
		switch p.Outcome {
		case Accepted:
			no := false
			return &no
		case Presumed:
			all = all && speaksTLS12
		case Unknown:
			all = false
		}
	}
	if !all {
		return nil
	}
	return &all
}
