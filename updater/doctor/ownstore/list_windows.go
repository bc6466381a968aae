package ownstore

import (
	"context"
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/updater/doctor"
)

// maxCertificates bounds the list: a store of a person has a few, one of a
// developer some dozens.
const maxCertificates = 200

// List looks at the certificates of the user that this process runs as. A store
// that was never made is empty.
func List(ctx context.Context) ([]doctor.OwnCertificate, error) {
	return listStore(ctx, "MY")
}

func listStore(ctx context.Context, store string) ([]doctor.OwnCertificate, error) {
	name, err := windows.UTF16PtrFromString(store)
	if err != nil {
		return nil, err
	}
	const flags = windows.CERT_SYSTEM_STORE_CURRENT_USER | windows.CERT_STORE_READONLY_FLAG | windows.CERT_STORE_OPEN_EXISTING_FLAG
	h, err := windows.CertOpenStore(windows.CERT_STORE_PROV_SYSTEM_W, 0, 0, flags, uintptr(unsafe.Pointer(name)))
	if errors.Is(err, windows.ERROR_FILE_NOT_FOUND) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open the certificate store: %w", err)
	}
	defer windows.CertCloseStore(h, 0) //nolint:errcheck // opened for reading
	var all []doctor.OwnCertificate
	var cert *windows.CertContext // each call frees the one before
	for len(all) < maxCertificates && ctx.Err() == nil {
		if cert, err = windows.CertEnumCertificatesInStore(h, cert); cert == nil {
			break
		}
		if one, ok := describe(unsafe.Slice(cert.EncodedCert, cert.Length), hasKey(cert)); ok {
			all = append(all, one)
		}
	}
	if cert != nil { // stopped before the end
		_ = windows.CertFreeCertificateContext(cert)
		return all, ctx.Err()
	}
	if err != nil && !errors.Is(err, windows.Errno(windows.CRYPT_E_NOT_FOUND)) && !errors.Is(err, windows.ERROR_NO_MORE_FILES) {
		return all, fmt.Errorf("read the certificate store: %w", err)
	}
	return all, nil
}

var (
	crypt32                           = windows.NewLazySystemDLL("crypt32.dll")
	certGetCertificateContextProperty = crypt32.NewProc("CertGetCertificateContextProperty")
)

// keyProvider is CERT_KEY_PROV_INFO_PROP_ID: where the private key lies. That it
// is there is all that is asked; the key is not opened.
const keyProvider = 2

func hasKey(cert *windows.CertContext) bool {
	var size uint32
	ok, _, _ := certGetCertificateContextProperty.Call(uintptr(unsafe.Pointer(cert)), keyProvider, 0, uintptr(unsafe.Pointer(&size)))
	return ok != 0 && size > 0
}
