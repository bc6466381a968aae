package window

import (
	"context"
	"errors"
)

// Show draws each view as it comes and says what is pressed, until views is
// closed or ctx ends. Closing the window is a [Close] that is pressed.
func Show(context.Context, <-chan View, func(Action)) error { return errors.ErrUnsupported }
