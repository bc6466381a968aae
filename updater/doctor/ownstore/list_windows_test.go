package ownstore

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A store of this test's own: what is put in comes out, without a key, and the
// store stays as it was.
func TestListStore(t *testing.T) {
	const store = "KoshinTestStore"
	if all, err := listStore(t.Context(), store); err != nil || len(all) != 0 {
		t.Fatalf("a store that is not there: %v, %v", all, err)
	}
	name, err := windows.UTF16PtrFromString(store)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CertOpenStore(windows.CERT_STORE_PROV_SYSTEM_W, 0, 0, windows.CERT_SYSTEM_STORE_CURRENT_USER, uintptr(unsafe.Pointer(name)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = windows.CertOpenStore(windows.CERT_STORE_PROV_SYSTEM_W, 0, 0, windows.CERT_SYSTEM_STORE_CURRENT_USER|windows.CERT_STORE_DELETE_FLAG, uintptr(unsafe.Pointer(name)))
	})
	for range 2 {
		der := issue(t, nil)
		cert, err := windows.CertCreateCertificateContext(windows.X509_ASN_ENCODING, &der[0], uint32(len(der)))
		if err != nil {
			t.Fatal(err)
		}
		if err := windows.CertAddCertificateContextToStore(h, cert, windows.CERT_STORE_ADD_ALWAYS, nil); err != nil {
			t.Fatal(err)
		}
		_ = windows.CertFreeCertificateContext(cert)
	}
	if err := windows.CertCloseStore(h, 0); err != nil { // which writes it down
		t.Fatal(err)
	}
	for range 2 {
		all, err := listStore(t.Context(), store)
		if err != nil || len(all) != 2 {
			t.Fatalf("%v, %v", all, err)
		}
		for _, one := range all {
			if one.HasKey || !one.Sends || one.SHA1 {
				t.Errorf("%+v", one)
			}
		}
	}
}

// The operator's own store can be looked at, whatever is in it.
func TestList(t *testing.T) {
	if _, err := List(t.Context()); err != nil {
		t.Error(err)
	}
}
