package s3

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strings"

	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Options say where the bucket is and who asks.
type Options struct {
	Address     string                   // s3://BUCKET or s3://BUCKET/PREFIX
	Endpoint    string                   // https://HOST[:PORT]; "" is Amazon
	Region      string                   // "" is us-east-1, which most hosts other than Amazon answer to
	Credentials *credentials.Credentials // nil: ErrNoCredentials
	Client      *http.Client             // its transport is used; redirects are not followed
	Log         *slog.Logger             // nil is silent
}

// FromEnvironment fills in what the AWS tools read too: the endpoint from
// AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, the region from AWS_REGION or
// AWS_DEFAULT_REGION, and the credentials from AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or from the profile AWS_PROFILE
// of the files in ~/.aws (or AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE),
// which may name a program that knows them.
func (o Options) FromEnvironment() Options {
	o.Endpoint = cmp.Or(os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"))
	o.Region = cmp.Or(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	o.Credentials = credentials.NewFileAWSCredentials("", "") // the default files and AWS_PROFILE
	if os.Getenv("AWS_ACCESS_KEY_ID") != "" {
		o.Credentials = credentials.NewEnvAWS()
	}
	return o
}

// checkCredentials asks for them once: without any, the library would go on as
// nobody, and the host's answer would say something else. The reason may quote
// a file of secrets, so it is not told.
func checkCredentials(c *credentials.Credentials, client *http.Client) error {
	if c == nil {
		return ErrNoCredentials
	}
	value, err := c.GetWithContext(&credentials.CredContext{Client: client})
	if err != nil {
		return fmt.Errorf("%w: %s", ErrNoCredentials, reason(err))
	}
	if value.AccessKeyID == "" || value.SecretAccessKey == "" {
		return fmt.Errorf("%w: a key without its secret, or the reverse", ErrNoCredentials)
	}
	return nil
}

// reason repeats only what holds no line of a file.
func reason(err error) string {
	text := err.Error()
	for _, known := range []string{"cached SSO token is expired", "profile has ", "profile defines ", `section "`} {
		if strings.HasPrefix(text, known) {
			return text
		}
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return "the program of credential_process: " + exit.String()
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "neither AWS_ACCESS_KEY_ID nor the files in ~/.aws are there"
	}
	return "the files in ~/.aws cannot be used"
}
