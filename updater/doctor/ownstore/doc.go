// Package ownstore looks at the operator's own certificate store
// (CurrentUser\MY on Windows), for the doctor's check of the 電子証明書.
//
// It only looks: the store is opened for reading, no key is opened, used or
// exported, no card is asked for its number, and nothing is deleted or
// imported. A new certificate takes about a month (DOMAIN section 1); a tool
// that touched one would cost a facility its money.
//
// Of each certificate come its dates, whether there is a private key, whether
// it is signed with SHA-1, and whether it may be shown to a host. Whose it is,
// and what it is called, is not read out of it at all.
package ownstore
