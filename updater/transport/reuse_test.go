package transport

import (
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// TestConnectionKept: a check is two requests and the first is for a file that is
// not there. Both go over one connection, also where the host speaks HTTP/1.1 only,
// as nginx does unless it is told otherwise.
func TestConnectionKept(t *testing.T) {
	t.Parallel()
	var calls sync.Map
	ca := transporttest.Authority(t)
	client, err := NewClient(Options{CAFile: transporttest.CAFile(t, ca)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Store(r.RemoteAddr, r.Proto)
		if strings.HasSuffix(r.URL.Path, "2.root.json") {
			http.Error(w, strings.Repeat("there is no such file here ", 20), http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte("{}"))
	}))
	server.TLS = ServerConfig(transporttest.Issue(t, ca, localca.Leaf{}))
	server.StartTLS()
	t.Cleanup(server.Close)
	source, err := ParseSource(server.URL, "", client)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := source.Fetch(t.Context(), "metadata/2.root.json", 1<<10); !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if _, err := source.Fetch(t.Context(), "metadata/timestamp.json", 1<<10); err != nil {
			t.Fatal(err)
		}
	}
	count, proto := 0, any("")
	calls.Range(func(_, p any) bool { count++; proto = p; return true })
	if count != 1 || proto != "HTTP/1.1" {
		t.Errorf("%d connections, of %v", count, proto)
	}
}
