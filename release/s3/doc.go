// Package s3 publishes to a bucket: Amazon S3, or any host that speaks its
// protocol, with a CDN before it or none.
//
// # What is sent, and what guards it
//
// A [Bucket] is a [release.Destination]. Before its first question it looks at
// what is there: is there such a bucket, may these credentials read it, does
// something else live under the prefix. Then:
//
//   - A package of up to [PartSize] is one request whose signature covers the
//     SHA-256 that the publisher signed, so the host itself refuses other bytes.
//     A larger one is a multipart upload, each part with its own hash. Readers
//     see it when it is complete; one that fails is aborted, one that was killed
//     is aborted a day later.
//   - A file with a number or a hash in its name is written with
//     "If-None-Match: *": nothing that is there is ever replaced.
//   - timestamp.json is written with "If-Match" and the ETag of the bytes that
//     Publish has decided on. Of two publishers the host itself lets one win.
//
// Amazon S3, Cloudflare R2, MinIO, Ceph and versitygw keep these conditions.
// Before the first small file a condition is sent that cannot hold: a host that
// says it knows none (501), or takes the file all the same, gets the weaker
// guard, and a warning says so: each file is read and compared just before it
// is written, which leaves the time of one request in which a second publisher
// is not seen.
//
// timestamp.json carries "Cache-Control: no-cache", everything else may be kept
// for a year.
//
// # Who may
//
// Credentials come from the environment or from the AWS files, never from an
// argument: see [FromEnvironment]. They need s3:ListBucket,
// s3:ListBucketMultipartUploads, s3:GetObject, s3:PutObject and
// s3:AbortMultipartUpload. Without s3:ListBucket, S3 answers "no rights" where
// a file is not there, so nothing can be published.
//
// # Who reads
//
// Operators' PCs read without credentials, from the bucket or from a CDN before
// it. To whoever may not list, S3 answers 403 where a file is not there, and a
// PC asks for the next root, which is not there. So readers, or the CDN's own
// identity, need s3:ListBucket beside s3:GetObject, or the CDN turns 403 into
// 404.
//
// # Errors
//
// Each thing that a publisher can put right is a sentinel of its own. What may
// pass by itself (5xx, "slow down", a cut connection) is a
// [*release.Temporary]; nothing is repeated in here. What a host says is
// quoted without the request's token, which a host can echo.
package s3
