// Package githubtest is a stand-in for GitHub: a real server on the loopback,
// over TLS 1.2, written from GitHub's documentation. It refuses what GitHub
// refuses. Real GitHub is never asked by koshin's tests.
//
// It is every host of github.com at once ([Hosts], reached with
// [GitHub.Dial]), and an Enterprise host at 127.0.0.1:PORT
// ([GitHub.Enterprise]), with /api/v3, /api/uploads, and a second host for
// bytes.
//
// # What it does, and who says so
//
// "REST API endpoints for releases" and "for release assets":
//   - lists come newest first, 30 at a time, at most 100, neighbours in Link;
//   - drafts are listed for whoever may push, and never found by tag; several
//     may have the same tag; a published release has its tag to itself (422
//     already_exists) and makes the tag where there is none;
//   - an upload goes to the host in upload_url, with a name, a type and a
//     length; a name that is taken is 422 already_exists; odd characters are
//     replaced; an upload that is cut leaves an asset in the state starter,
//     which takes the name until it is deleted;
//   - digest is the SHA-256 that GitHub computed.
//
// "About releases": an asset is under 2 GiB (422, before its bytes), a release
// has up to 1000 (422).
// "Immutable releases": no asset comes or goes once it is published (422, with
// the words that are quoted in public issues of release tools).
//
// "Git database" (refs, commits, trees, blobs): 409 in an empty repository; a
// ref that exists is 422; an update that is not a fast forward is 422; a
// protected branch is 422 with the rule's words; base_tree, nested paths, and
// content or sha, not both; 100,000 entries in a tree and 7 MB in a recursive
// one, then truncated; blobs up to 100 MB. Objects are git's own, with their
// real names: git fsck reads them.
// "Repository contents": 1 MB in JSON, 100 MB raw.
//
// "Rate limits for the REST API": 5000 an hour with a token, 60 without, said
// in x-ratelimit-* and refused with 403; 80 content-generating requests a
// minute and 500 an hour on github.com (Enterprise hosts have them off unless
// set), refused with 403 and Retry-After. [Secondary] makes the other forms.
//
// "Troubleshooting the REST API" and "Authenticating": 401 for a bad token, 403
// "Resource not accessible by personal access token" (or "by integration",
// with x-accepted-github-permissions), 404 for a private repository and for a
// classic token without the scope; a User-Agent is required.
//
// Raw files say Cache-Control: max-age=300, as the real host does (measured by
// many; GitHub documents no number), and [GitHub.HoldRaw] keeps them that long.
// An asset's download redirects to a signed address on another host, which
// honours Range, expires after five minutes, and refuses a request that brings
// a token along.
//
// # Assumed, where the documentation is silent
//
//   - Half an upload is listed among a release's assets and not inside the
//     release (as users of other tools report).
//   - The order of checks when a request is wrong in two ways.
//   - What a leading or trailing dot of an asset's name becomes.
//   - The words of most errors. Nothing in koshin depends on them but
//     already_exists, and that a repository is archived, empty or immutable.
//
// # Left out
//
// Lists that lag behind writes, renamed repositories (301), signed commits,
// webhooks, GraphQL, ETags of the API, the 900 points a minute and the CPU
// seconds of the secondary limits, SAML, IP allow lists, Git LFS, and
// everything that publishing does not touch.
package githubtest
