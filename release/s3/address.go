package s3

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/minio/minio-go/v7/pkg/s3utils"
)

// prefixPattern is folders whose names need no escaping in any client's URL,
// and none that hides.
var prefixPattern = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`)

// parseAddress splits s3://BUCKET/PREFIX. A part that could hold a secret is
// never repeated in the error.
func parseAddress(text string) (bucket, prefix string, err error) {
	rest, ok := strings.CutPrefix(text, "s3://")
	if !ok {
		return "", "", fmt.Errorf("%w: it does not begin with s3://", ErrAddress)
	}
	if strings.ContainsAny(rest, "@?#:") {
		return "", "", fmt.Errorf("%w: a bucket and a prefix, and nothing else: credentials come from the environment", ErrAddress)
	}
	bucket, prefix, _ = strings.Cut(rest, "/")
	if err := s3utils.CheckValidBucketNameStrict(bucket); err != nil {
		return "", "", fmt.Errorf("%w: bucket %q: %w", ErrAddress, bucket, err)
	}
	prefix = strings.TrimSuffix(prefix, "/")
	if prefix != "" && !prefixPattern.MatchString(prefix) {
		return "", "", fmt.Errorf("%w: prefix %q: folders of letters, digits, dots, hyphens and underscores", ErrAddress, prefix)
	}
	return bucket, prefix, nil
}

// parseEndpoint takes https://HOST or https://HOST:PORT; "" is Amazon.
func parseEndpoint(text string) (host string, err error) {
	if text == "" {
		return "s3.amazonaws.com", nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: it cannot be read as an address", ErrEndpoint)
	case u.User != nil:
		return "", fmt.Errorf("%w: credentials come from the environment or the AWS files", ErrEndpoint)
	case u.Scheme != "https":
		return "", fmt.Errorf("%w: %s: only https", ErrEndpoint, u.Redacted())
	case u.Host == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("%w: a host and a port, and nothing else", ErrEndpoint)
	}
	return u.Host, nil
}
