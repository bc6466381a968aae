package s3

import "errors"

// What a publisher can put right. The text around each says which and where.
var (
	// ErrAddress is a destination that is not s3://BUCKET or s3://BUCKET/PREFIX.
	ErrAddress = errors.New("not an s3 address")
	// ErrEndpoint is an endpoint that is not https://HOST or https://HOST:PORT,
	// or whose name nobody knows.
	ErrEndpoint = errors.New("not an endpoint of an S3 host")
	// ErrNoCredentials is neither the environment nor a file with credentials.
	ErrNoCredentials = errors.New("no S3 credentials")
	// ErrCredentials are credentials that the host does not know or that have
	// expired.
	ErrCredentials = errors.New("the host does not accept these S3 credentials")
	// ErrRights are credentials that may not do what publishing takes.
	ErrRights = errors.New("these S3 credentials lack a right")
	// ErrNoBucket is a bucket that does not exist. It is never made: its region,
	// its readers and its costs are for people to decide.
	ErrNoBucket = errors.New("no such bucket")
	// ErrForeign is a prefix that holds other things than a repository.
	ErrForeign = errors.New("something else is stored there")
	// ErrClock is a request that was signed at another time than the host's,
	// more than a quarter of an hour away.
	ErrClock = errors.New("this PC's clock and the host's differ")
	// ErrRegion is a bucket in another region than the one that was asked.
	ErrRegion = errors.New("the bucket is in another region")
)
