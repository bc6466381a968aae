package window

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
)

var written = flag.String("written", "", "`folder` to write the views of all samples into, for pictures of them")

func TestWriteViews(t *testing.T) {
	if *written == "" {
		t.Skip("asked for with -written")
	}
	for _, language := range []messages.Language{messages.Japanese, messages.English} {
		names, all := views(t, language)
		for _, name := range names {
			text, err := json.MarshalIndent(all[name], "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(*written, name+"-"+string(language)+".json"), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
