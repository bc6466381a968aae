package manifest

import "github.com/koshin-updater/koshin/manifest/internal/seal"

// Promise is a name, a length and a hash that verified metadata gave. Only
// manifest/trust can make one; the downloader and the installer ask for it and
// both hash the bytes for themselves.
type Promise = seal.Promise
