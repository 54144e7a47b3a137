package sink

import (
	"fmt"
	"io"
)

// appender adds to a file: all of what it is given, or nothing.
type appender struct {
	f      file
	size   int64 // of what was added whole
	torn   bool  // there may be more in the file
	synced bool  // the file is durable up to size
	lost   error // a sync has failed
}

// put adds p with one write. If that fails, it cuts off what arrived of p, at
// once or, if the file will not be cut now, before anything else is added.
// The number of bytes that had arrived is for the message; it is that of the
// file, as os.File does not count a write that was broken off.
func (a *appender) put(p []byte) (n int, err error) {
	if a.lost != nil {
		return 0, a.lost
	}
	if err := a.mend(); err != nil || len(p) == 0 {
		return 0, err
	}
	a.synced = false
	n, err = a.f.WriteAt(p, a.size)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		a.torn = true
		err = cause(err)
		if size, unknown := a.f.Size(); unknown == nil {
			n = int(min(max(size-a.size, 0), int64(len(p))))
		}
		if still := a.mend(); still != nil {
			err = fmt.Errorf("%w; and %w", err, still)
		}
		return n, err
	}
	a.size += int64(n)
	return n, nil
}

// mend cuts off what a failed put has left.
func (a *appender) mend() error {
	if a.torn {
		if err := a.cut(a.size); err != nil {
			return err
		}
	}
	return nil
}

// sync makes everything added durable. If it fails once, it fails for good: a
// kernel may drop what it could not write, and then report success.
func (a *appender) sync() error {
	if a.lost != nil {
		return a.lost
	}
	if err := a.mend(); err != nil || a.synced {
		return err
	}
	if err := a.f.Sync(); err != nil {
		a.lost = fmt.Errorf("fsync failed, rows may be lost: %w", cause(err))
		return a.lost
	}
	a.synced = true
	return nil
}

// cut takes the file back to size.
func (a *appender) cut(size int64) error {
	if err := a.f.Truncate(size); err != nil {
		return fmt.Errorf("cut back to byte %d: %w", size, cause(err))
	}
	a.size, a.torn, a.synced = size, false, false
	return nil
}
