package main

import (
	"errors"

	"github.com/koshin-updater/koshin/manifest/authenticode"
	"github.com/koshin-updater/koshin/manifest/githubpath"
	"github.com/koshin-updater/koshin/manifest/pack"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/github"
	"github.com/koshin-updater/koshin/release/s3"
	"github.com/koshin-updater/koshin/release/watch"
	"github.com/koshin-updater/koshin/updater/transport"
)

// advise says what to do about an error. The narrow errors stand first.
func advise(err error) string {
	for _, advice := range []struct {
		is   error
		then string
	}{
		{release.ErrScheduledStale, "cancel it with koshin-release promote --product ID --version V --channel C --cancel, and schedule it again"},
		{githubpath.ErrPlace, "write github:OWNER/REPO, or github:HOST/OWNER/REPO for GitHub Enterprise"},
		{transport.ErrInsecureURL, "clients take https only: give the https address"},
		{transport.ErrSource, "give what clients have in source.urls: an https address, github:OWNER/REPO or a folder"},
		{watch.ErrState, "give --state a file of its own for each repository, or remove it to begin anew"},
		{release.ErrNoRepository, "name the working copy with --repo DIR, or make one with koshin-release init --repo DIR --keys KEYDIR"},
		{release.ErrBusy, "wait until the other koshin-release has ended"},
		{release.ErrKeysInside, "choose a folder outside the working copy, best on a medium of its own"},
		{release.ErrPassphrase, "run it on a terminal, or set " + passphraseVariable},
		{release.ErrKeyForeign, "these keys belong to another repository or role; give the right folder with --keys, its files under the names that init gave them"},
		{release.ErrKeyMissing, "give the folder with these keys with --keys, or fetch them from where they are kept"},
		{release.ErrKeyFile, "a key file is what init and product made: an OpenSSH ed25519 private key"},
		{release.ErrUnknownProduct, "define it first with koshin-release product --id ID ..., or correct the name"},
		{release.ErrUnknownBuild, "add it first with koshin-release add --product ID --version V ... PATH"},
		{release.ErrExists, "nothing is ever overwritten; choose another folder or, for other content, another version"},
		{release.ErrFloorDown, "clients that reached the floor must not be told otherwise; a higher floor is always possible"},
		{release.ErrWithdrawn, "publish a corrected build under a new version"},
		{release.ErrSchedule, "give a time to come, at most a year ahead, with its zone: --at 2021-04-01T09:00:00+09:00; without --at it counts at once"},
		{release.ErrScheduleDue, "run koshin-release refresh, which takes it in, or promote ... --cancel"},
		{release.ErrNotScheduled, "koshin-release status shows what is scheduled"},
		{release.ErrFuture, "clients take signed dates as proof of the time; use a day that has begun"},
		{release.ErrDefinition, "correct the field that is named with koshin-release product --id ID ..."},
		{pack.ErrLink, "replace the link by a copy of what it points to: a package holds files and folders only"},
		{pack.ErrSpecial, "remove it: a package holds files and folders only"},
		{pack.ErrEntries, "leave out what no client needs: koshin takes 200,000 files and folders in one package"},
		{pack.ErrRatio, "leave out the large file that is nearly empty: the client can make it at its first start"},
		{pack.ErrPath, "rename it: this path would be dangerous or impossible on some operator's PC"},
		{pack.ErrChanged, "something writes into the folder; stop it and add again"},
		{release.ErrDestinationNewer, "this working copy is behind; bring it up to date from where the last publishing was done"},
		{release.ErrDestinationDifferent, "publish to an empty place, or from the working copy that this place belongs to"},
		{release.ErrDestinationDamaged, "find out who else writes there; then delete the file there and publish again"},
		{release.ErrDestinationChanged, "bring this working copy up to what the other publisher did, then publish again"},
		{trust.ErrExpired, "renew it: koshin-release refresh for snapshot and timestamp, koshin-release sign for the other roles; status says which"},
		{release.ErrUnverifiable, "nothing was changed; koshin-release verify reads the whole working copy and names what does not fit"},
		{release.ErrDamaged, "restore the working copy from git or a backup; published files are also at the destination"},
		{s3.ErrAddress, "write it as --to s3://BUCKET/PREFIX; the prefix may be left out"},
		{s3.ErrEndpoint, "set AWS_ENDPOINT_URL to https://HOST[:PORT] of your S3 host, or to nothing for Amazon"},
		{s3.ErrNoCredentials, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile of ~/.aws"},
		{s3.ErrCredentials, "look whether the key still exists and belongs to this host (AWS_ENDPOINT_URL), and renew a temporary one"},
		{s3.ErrRights, "allow s3:ListBucket and s3:ListBucketMultipartUploads on the bucket, s3:GetObject, s3:PutObject and s3:AbortMultipartUpload on the prefix"},
		{s3.ErrNoBucket, "correct the name, or make the bucket first: koshin-release never makes one"},
		{s3.ErrForeign, "publish under a prefix of its own: --to s3://BUCKET/PREFIX"},
		{s3.ErrClock, "set this PC's clock, best by time synchronisation, and publish again"},
		{s3.ErrRegion, "set AWS_REGION to the bucket's region"},
		{github.ErrNoToken, "set GITHUB_TOKEN (in a workflow: env: GITHUB_TOKEN: ${{ github.token }}), or log in once with git or gh auth setup-git"},
		{github.ErrToken, "make a new one: github.com, Settings, Developer settings, Personal access tokens"},
		{github.ErrRights, "the token needs the permission Contents: read and write for this repository (classic: the scope repo or public_repo); a workflow says permissions: contents: write"},
		{github.ErrNotThere, "correct github:OWNER/REPO; if the repository is private, make it public: operators' PCs read it without a token"},
		{github.ErrPrivate, "make it public, or publish to another repository: operators' PCs read it without a token, and what they read is signed"},
		{github.ErrArchived, "unarchive it in its settings on GitHub, or publish to another repository"},
		{github.ErrEmpty, "make a first commit, such as a README, on GitHub, and publish again"},
		{github.ErrProtected, "let the rules of the repository except this branch, or name another one: github:OWNER/REPO@BRANCH"},
		{github.ErrImmutable, "publish the further platform under a new version, or switch release immutability off in the repository's settings for builds to come"},
		{github.ErrLimit, "publish this build to a folder or a bucket, or make the package smaller"},
		{github.ErrRateLimit, "publish again after that time; what has arrived is not sent again"},
		{transport.ErrCertificate, "look at the host's certificate and this PC's clock; for a host of one's own give its root certificate with --ca-file"},
		{transport.ErrProxy, "give the proxy with --proxy http://host:port or HTTPS_PROXY, or --proxy none"},
		{transport.ErrTLSVersion, "the host must speak TLS 1.2, as it must for operators' PCs"},
		{transport.ErrHandshake, "the host must offer a cipher suite of TLS 1.2 with forward secrecy, as it must for operators' PCs"},
		{transport.ErrUnreachable, "look at the network, the host's name and the proxy (--proxy), and publish again"},
		{transport.ErrTimeout, "publish again when the network or the host is less busy; what has arrived is not sent again"},
		{release.ErrPercent, "give --percent 0 to 100; 0 offers it to nobody yet"},
		{release.ErrPlatform, "give --os and --arch as Go writes them: windows and amd64, arm64 or 386; linux or darwin and amd64 or arm64"},
		{release.ErrKind, "tree takes a folder; exe, msi and setup take one file; msi is for windows; an exe is called as the self-test program, or as the product"},
		{release.ErrSigner, "give the common name of the publisher's certificate with --signer, or --signer none; only programs for windows are signed"},
		{release.ErrSigningChanged, "the command must sign the file that it is given and do nothing else; sign the build yourself and give only --signer"},
		{release.ErrSigning, "run the command by hand on a copy of the program; what it said is above"},
		{authenticode.ErrUnsigned, "have it signed with --sign-command, or sign it before it is added"},
		{authenticode.ErrPublisher, "sign it with the certificate of the publisher who is named with --signer, or name the one who signed"},
		{authenticode.ErrTimeStamp, "sign once, with SHA-256 and an RFC 3161 time stamp: signtool /tr ADDRESS /td SHA256, osslsigncode -ts ADDRESS; if the authority of the stamps is a new one, give the whole signer that earlier builds show"},
		{authenticode.ErrUntrusted, "if the publisher's certificate is from a new authority, give the whole signer, \"NAME; ca sha256:HEX; time sha256:HEX\" (openssl x509 -fingerprint -sha256 shows a certificate's); if not, find out who signed this"},
		{authenticode.ErrWeak, "sign with SHA-256: signtool /fd SHA256, osslsigncode -h sha256; a key has 2048 bits of RSA or 256 of a curve"},
		{authenticode.ErrTampered, "something changed the program after it was signed: sign last, or again"},
		{authenticode.ErrMalformed, "sign once, with nothing added to the signature, a file that Windows itself could start"},
		{release.ErrFormat, "give the file that an operator would start: the .msi itself, or the setup program"},
	} {
		if errors.Is(err, advice.is) {
			return advice.then
		}
	}
	return ""
}
