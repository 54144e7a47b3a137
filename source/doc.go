// Package source reads facts from files, and says where it stands so that a
// run that was broken off goes on after the last fact it kept.
//
//	r := &source.NDJSON[Call]{Path: "calls.ndjson.gz"}
//	defer r.Close()
//	if err := r.Seek(in.Position()); err != nil { … } // "" is the beginning
//	batch := make([]Call, 1000)
//	for {
//		n, position, err := r.Read(ctx, batch)
//		if err == io.EOF {
//			break
//		} else if err != nil {
//			return err
//		}
//		if err := in.FeedAt(position, batch[:n]...); err != nil { … }
//	}
//
// A position goes with the facts before it: who keeps both or neither, as a
// snapshot does, has every fact once.
//
//	{"id":1}⏎{"id":2}⏎⏎{"id":3}⏎        three facts and a blank line
//	        9:1      18:2       28:4     where it stands after each: offset:lines
//
// What is no fact is not passed over in silence: a line that cannot be decoded
// goes to a function of the caller, or ends the run with the name of the file, the
// line, the byte and the reason. A file that breaks off in the middle, as a gzip file cut short does,
// gives what it has and then an error, never a quiet end.
package source
