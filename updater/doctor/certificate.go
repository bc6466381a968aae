package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// renewal is how long before its end a certificate needs attention: a new one
// takes about a month (DOMAIN section 1), and the month before it is used in.
const renewal = 60 * 24 * time.Hour

// certificate judges the operator's 電子証明書. Which of the certificates in the
// store is the one for sending is not known here, so the best one decides, and
// none is a failure: it may lie on a card that is not in the reader.
func certificate(ctx context.Context, in Input, now time.Time) Finding {
	if in.System.Certificates == nil {
		return found(CertificateNotHere, Fact{Key: "store", Value: notWindows})
	}
	all, err := in.System.Certificates(ctx)
	if errors.Is(err, errors.ErrUnsupported) {
		return found(CertificateNotHere, Fact{Key: "store", Value: notWindows})
	}
	if err != nil {
		return found(CertificateUnseen, Fact{Key: "store", Value: unseen}, Fact{Key: "error", Value: err.Error()})
	}
	evidence := []Fact{{Key: "store", Value: `CurrentUser\MY`}, {Key: "count", Value: fmt.Sprint(len(all))}}
	best := CertificateNone
	for i, one := range all {
		if !one.Sends {
			continue
		}
		reason := judgeCertificate(one, now)
		if rankCertificate(reason) > rankCertificate(best) {
			best = reason
		}
		evidence = append(evidence, certificateFacts(one, fmt.Sprint("#", i+1))...)
	}
	return found(best, evidence...)
}

func judgeCertificate(c OwnCertificate, now time.Time) Reason {
	switch {
	case now.After(c.NotAfter) || now.Before(c.NotBefore):
		return CertificateExpired
	case !c.HasKey:
		return CertificateNoKey
	case c.SHA1:
		return CertificateSHA1
	case c.NotAfter.Sub(now) < renewal:
		return CertificateExpiring
	}
	return CertificateGood
}

// rankCertificate orders what certificates are by how much use they are.
func rankCertificate(r Reason) int {
	for i, reason := range []Reason{CertificateNone, CertificateNoKey, CertificateExpired, CertificateSHA1, CertificateExpiring, CertificateGood} {
		if r == reason {
			return i
		}
	}
	return -1
}

func certificateFacts(c OwnCertificate, name string) []Fact {
	return []Fact{
		{Of: name, Key: "not_after", Value: c.NotAfter.UTC().Format(time.DateOnly)},
		{Of: name, Key: "has_key", Value: yesNo(c.HasKey)},
		{Of: name, Key: "sha1", Value: yesNo(c.SHA1)},
	}
}
