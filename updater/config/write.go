package config

import (
	"bytes"
	"fmt"

	"github.com/pelletier/go-toml/v2"
)

// Encode writes the configuration as enroll leaves it for an administrator:
// plain keys, paths as they are.
func (c *Config) Encode() ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintln(&out, "# koshin.toml - written by koshin enroll; for administrators to change.")
	fmt.Fprintln(&out, "# 設定を変更するときは、管理者権限で編集してください。")
	encoder := toml.NewEncoder(&out)
	encoder.SetIndentTables(false)
	if err := encoder.Encode(c); err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	return out.Bytes(), nil
}

// MarshalText writes "1-10".
func (d Days) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
