package messages

import (
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/doctor"
)

// CheckName is what one of the doctor's checks is called.
func (c *Catalogue) CheckName(language Language, check doctor.Check) string {
	return c.fill(language, "checked-"+string(check), nil)
}

// Examined is a verdict as a short mark: OK, 注意, NG, 未確認.
func (c *Catalogue) Examined(language Language, v doctor.Verdict) string {
	return c.fill(language, "examined-"+string(v), nil)
}

// Finding is the sentence for what a check found.
func (c *Catalogue) Finding(language Language, f doctor.Finding) string {
	return c.fill(language, "finding-"+string(f.Reason), c.factValues(language, f))
}

// FindingInBoth is the same in both languages, as JSON documents carry it.
func (c *Catalogue) FindingInBoth(f doctor.Finding) manifest.Text {
	return manifest.Text{JA: c.Finding(Japanese, f), EN: c.Finding(English, f)}
}

// Cure is what to do about a finding, with the exact clicks; where it is in
// order, that there is nothing to do.
func (c *Catalogue) Cure(language Language, f doctor.Finding) string {
	key := "cure-" + string(f.Reason)
	if text := c.fill(language, key, c.factValues(language, f)); text != key {
		return text
	}
	return c.fill(language, "cure-none", nil)
}

// CureInBoth is the same in both languages, as JSON documents carry it.
func (c *Catalogue) CureInBoth(f doctor.Finding) manifest.Text {
	return manifest.Text{JA: c.Cure(Japanese, f), EN: c.Cure(English, f)}
}

// FactName is what a piece of evidence is called. Paths of settings and other
// names of the system's own stay as they are.
func (c *Catalogue) FactName(language Language, f doctor.Fact) string {
	return c.orElse(language, "evidence-"+f.Key, f.Key)
}

// FactValue is the value of a piece of evidence. The few that are words of the
// doctor's own are said in the language; what was read stays as it is.
func (c *Catalogue) FactValue(language Language, f doctor.Fact) string {
	return c.orElse(language, "value-"+f.Value, f.Value)
}

func (c *Catalogue) orElse(language Language, key, otherwise string) string {
	if text := c.fill(language, key, nil); text != key {
		return text
	}
	return otherwise
}

// factValues are the values that a finding's words speak of.
func (c *Catalogue) factValues(language Language, f doctor.Finding) map[string]string {
	values := f.Values()
	for key, value := range values {
		values[key] = c.FactValue(language, doctor.Fact{Key: key, Value: value})
	}
	return values
}
