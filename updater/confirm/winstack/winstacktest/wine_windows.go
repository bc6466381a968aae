package winstacktest

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/koshin-updater/koshin/updater/transport/localca"
)

// Alone makes the test wait until no other one uses the stacks of Windows, and
// skips it outside of Wine. What a test that was killed has left in SCHANNEL is
// taken away.
func Alone(t testing.TB) {
	t.Helper()
	if windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() != nil {
		t.Skip("this would change the settings of a real PC; see docs/REAL-PC.md")
	}
	lock := flock.New(filepath.Join(os.TempDir(), "koshin-test-winstack.lock"))
	locked, err := lock.TryLockContext(t.Context(), 20*time.Millisecond)
	if err != nil || !locked {
		t.Fatalf("wait for other tests: %v", err)
	}
	t.Cleanup(func() {
		if err := lock.Unlock(); err != nil {
			t.Error(err)
		}
	})
	openRoots(t)
	if key, err := registry.OpenKey(registry.LOCAL_MACHINE, schannel+`TLS 1.2\Client`, registry.SET_VALUE); err == nil {
		err := key.DeleteValue("Enabled")
		if !errors.Is(err, registry.ErrNotExist) {
			must(t, err)
		}
		must(t, key.Close())
	}
}

// Trust puts an authority into the user's store of root certificates. The
// returned function takes it out again, as the end of the test does.
func Trust(t testing.TB, ca *localca.Authority) (distrust func()) {
	t.Helper()
	name, err := windows.UTF16PtrFromString("ROOT")
	must(t, err)
	der := ca.DER()
	cert, err := windows.CertCreateCertificateContext(windows.X509_ASN_ENCODING, &der[0], uint32(len(der)))
	must(t, err)
	store, err := windows.CertOpenSystemStore(0, name)
	must(t, err)
	err = windows.CertAddCertificateContextToStore(store, cert, windows.CERT_STORE_ADD_REPLACE_EXISTING, nil)
	// Others see the change when the store is closed.
	must(t, errors.Join(err, windows.CertCloseStore(store, 0), windows.CertFreeCertificateContext(cert)))
	distrust = sync.OnceFunc(func() {
		// CertDeleteCertificateFromStore succeeds in Wine 8, and the
		// certificate stays.
		must(t, registry.DeleteKey(registry.CURRENT_USER, fmt.Sprintf(`Software\Microsoft\SystemCertificates\Root\Certificates\%X`, sha1.Sum(der))))
	})
	t.Cleanup(distrust)
	return distrust
}

// Proxy makes an address such as 127.0.0.1:8080 the user's proxy, until the end
// of the test. Call [Alone] first.
func Proxy(t testing.TB, address string) {
	t.Helper()
	key, _, err := registry.CreateKey(registry.CURRENT_USER, `Software\Microsoft\Windows\CurrentVersion\Internet Settings`, registry.QUERY_VALUE|registry.SET_VALUE)
	must(t, err)
	t.Cleanup(func() { must(t, key.Close()) })
	enabled, _, err := key.GetIntegerValue("ProxyEnable")
	hadEnabled := err == nil
	server, _, err := key.GetStringValue("ProxyServer")
	hadServer := err == nil
	t.Cleanup(func() {
		if hadEnabled {
			must(t, key.SetDWordValue("ProxyEnable", uint32(enabled)))
		} else {
			must(t, key.DeleteValue("ProxyEnable"))
		}
		if hadServer {
			must(t, key.SetStringValue("ProxyServer", server))
		} else {
			must(t, key.DeleteValue("ProxyServer"))
		}
	})
	must(t, key.SetDWordValue("ProxyEnable", 1))
	must(t, key.SetStringValue("ProxyServer", address))
}

// schannel is where an administrator turns a TLS version off for all programs.
const schannel = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\`

// DisableTLS12 has SCHANNEL refuse TLS 1.2 to clients. The returned function
// takes that back, as the end of the test does. Call [Alone] first.
func DisableTLS12(t testing.TB) (enable func()) {
	t.Helper()
	_, above := create(t, schannel+"TLS 1.2")
	key, existed := create(t, schannel+`TLS 1.2\Client`)
	old, _, err := key.GetIntegerValue("Enabled")
	had := err == nil
	must(t, key.SetDWordValue("Enabled", 0))
	enable = sync.OnceFunc(func() {
		if had {
			must(t, key.SetDWordValue("Enabled", uint32(old)))
		} else {
			must(t, key.DeleteValue("Enabled"))
		}
		if !existed {
			must(t, registry.DeleteKey(registry.LOCAL_MACHINE, schannel+`TLS 1.2\Client`))
		}
		if !above {
			must(t, registry.DeleteKey(registry.LOCAL_MACHINE, schannel+"TLS 1.2"))
		}
	})
	t.Cleanup(enable)
	return enable
}

// create opens a key of the machine until the end of the test.
func create(t testing.TB, path string) (key registry.Key, existed bool) {
	t.Helper()
	key, existed, err := registry.CreateKey(registry.LOCAL_MACHINE, path, registry.QUERY_VALUE|registry.SET_VALUE)
	must(t, err)
	t.Cleanup(func() { must(t, key.Close()) })
	return key, existed
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
