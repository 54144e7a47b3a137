package tidemark

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/tidemark-go/tidemark/watermark"
)

// stage is one operator in a pipeline, or an input, or a sink: what the graph
// knows of it without its types.
type stage struct {
	p    *Pipeline
	id   int    // in the order of making, which is an order of running too
	kind string // "window"
	name string
	from []*stage
	op   operator

	reads    []reader
	outs     []out
	terminal bool // its rows leave the pipeline here
	equal    bool // its outputs are of equal worth: one of them is enough to be read
	opened   bool // its state is made
	ledger   StageStats
}

// out is a port without its type.
type out interface {
	String() string
	readers() int
	rename(name string)
	renamed() bool // a second output that has a name of its own
}

// operator is what a stage does.
type operator interface {
	// open makes the state, once all names and readers are known.
	open() error
	// run reads the batches of the run at hand and fills the own ones.
	run()
	// detail describes the settings for Explain.
	detail() string
	// held tells the size of the state.
	held() (keys, rows, bytes int64)
}

// stateless is the part of operator that stages without state share.
type stateless struct{}

func (stateless) open() error                     { return nil }
func (stateless) held() (keys, rows, bytes int64) { return 0, 0, 0 }

func (o *port[T]) readers() int { return o.reads }

func (o *port[T]) renamed() bool { return o.name != "" }

func (o *port[T]) rename(name string) {
	if o.label == "" {
		o.of.name = name
	} else {
		o.name = name
	}
}

// reader is a port as one that is read, without its type.
type reader interface {
	String() string
	stageOf() *stage
	read(leaves bool)
	second() string // the label of a second output
	progress() (w watermark.Time, idle bool)
	revised() revision
}

func (o *port[T]) stageOf() *stage {
	if o == nil {
		return nil
	}
	return o.of
}

// read notes a reader; leaves says that the rows leave the pipeline there.
func (o *port[T]) read(leaves bool) {
	o.reads++
	o.orders = o.orders || !leaves
}

func (o *port[T]) second() string { return o.label }

func (o *port[T]) progress() (watermark.Time, bool) { return o.w, o.idle }

// newStage adds a stage that reads the given ports. A port of a zero Stream is
// a mistake; so are ports of two pipelines, and stages added while it runs.
func newStage(kind string, from ...reader) *stage {
	s := &stage{kind: kind}
	for _, r := range from {
		if f := r.stageOf(); f != nil && s.p == nil {
			s.p = f.p
		}
	}
	if s.p == nil {
		s.p = new(Pipeline)
	}
	p := s.p
	p.mu.Lock()
	defer p.mu.Unlock()
	s.id = len(p.stages)
	for i, r := range from {
		switch f := r.stageOf(); {
		case f == nil:
			s.mistake(fmt.Errorf("stream %d of its arguments is a zero value: take it from an operator", i+1))
		case f.p != p:
			s.mistake(fmt.Errorf("stream %d of its arguments, %s, is of another pipeline", i+1, f.name))
		default:
			s.from, s.reads = append(s.from, f), append(s.reads, r)
			if !p.begun {
				r.read(kind == "collect" || kind == "sink")
			}
		}
	}
	s.name = p.derive(kind, from)
	if p.begun {
		p.misplaced(s, errors.New("was added after the first call, and gets nothing: build the whole pipeline, then feed it"))
		return s
	}
	p.stages = append(p.stages, s)
	return s
}

// misplaced notes a mistake made while the pipeline runs: the next call that
// would take facts tells it, once, and what was built before goes on.
func (p *Pipeline) misplaced(s *stage, err error) {
	p.late = errors.Join(p.late, &StageError{s.name, err})
}

// derive makes a name out of what feeds a stage, and a number where several are alike.
func (p *Pipeline) derive(kind string, from []reader) string {
	name := kind
	if len(from) > 0 {
		if o, ok := from[0].(out); ok && from[0].stageOf() != nil {
			name = o.String() + "/" + kind
		}
	}
	return p.unlike(name)
}

// unlike returns name, with a number if there is a stage of that name.
func (p *Pipeline) unlike(name string) string {
	for n := 1; ; n++ {
		try := name
		if n > 1 {
			try += "#" + strconv.Itoa(n)
		}
		if !slices.ContainsFunc(p.stages, func(s *stage) bool { return s.name == try }) {
			return try
		}
	}
}

// inputs returns the inputs that s comes from, in the order of making.
func (s *stage) inputs() (all []*inputBase) {
	if s == nil {
		return nil
	}
	seen := []*stage{s}
	for i := 0; i < len(seen); i++ {
		for _, f := range seen[i].from {
			if !slices.Contains(seen, f) {
				seen = append(seen, f)
			}
		}
	}
	for _, in := range s.p.inputs {
		if b := in.base(); slices.Contains(seen, b.stage) {
			all = append(all, b)
		}
	}
	return all
}

// mistake notes what is wrong with the settings of a stage.
func (s *stage) mistake(err error) { s.p.mistakes = append(s.p.mistakes, mistake{s, err}) }

// mistakeNow is mistake for callers who do not hold the lock.
func (s *stage) mistakeNow(err error) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.p.begun {
		s.p.misplaced(s, err)
		return
	}
	s.mistake(err)
}

// counted notes n facts that went through the stage.
func (s *stage) counted(n int) {
	s.ledger.Fed += uint64(n)
	s.ledger.Counted += uint64(n)
}

type mistake struct {
	s   *stage
	err error
}

// newPort adds an output to s. The main one has no label.
func newPort[T any](s *stage, label string, mode stampMode) *port[T] {
	o := &port[T]{of: s, label: label, mode: mode, w: watermark.Min}
	s.outs = append(s.outs, o)
	return o
}

// inherit returns the mode of a port whose facts are made anew out of those of o.
func (o *port[T]) inherit() stampMode {
	if o == nil || o.mode == plain {
		return plain
	}
	return columned
}

// compile checks the graph and makes the state. The result is kept.
func (p *Pipeline) compile() error {
	if p.begun {
		return p.broken
	}
	var errs []error
	for _, m := range p.mistakes {
		errs = append(errs, &StageError{m.s.name, m.err})
	}
	names := map[string]bool{}
	for _, s := range p.stages {
		for i, o := range s.outs {
			if names[o.String()] && (i == 0 || o.renamed()) {
				errs = append(errs, &StageError{o.String(), errors.New("two stages have this name: give one another by Named")})
			}
			names[o.String()] = true
			if i == 0 && o.readers() == 0 && !(s.equal && slices.ContainsFunc(s.outs, func(o out) bool { return o.readers() > 0 })) {
				errs = append(errs, &StageError{s.name, errors.New("nobody takes its output: Collect it, send it Into a sink, or leave the stage out")})
			}
		}
	}
	if len(p.stages) == 0 {
		errs = append(errs, errors.New("tidemark: the pipeline has no input: add one with From"))
	}
	for _, s := range p.stages {
		err := s.op.open()
		s.opened = err == nil
		for _, e := range parts(err) {
			errs = append(errs, &StageError{s.name, e})
		}
	}
	p.broken = errors.Join(errs...)
	return p.broken
}

// parts takes a joined error apart, so that each part can name its stage.
func parts(err error) (all []error) {
	if err == nil {
		return nil
	}
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range j.Unwrap() {
			all = append(all, parts(e)...)
		}
		return all
	}
	return []error{err}
}

// begin ends the building of the graph: the order in which its stages run is fixed.
func (p *Pipeline) begin() error {
	if p.begun {
		return p.broken
	}
	if err := p.compile(); err != nil {
		return err
	}
	p.begun = true
	for _, in := range p.inputs {
		base := in.base()
		base.order = p.behind(base.stage)
	}
	for _, s := range p.stages {
		if op, ok := s.op.(timed); ok {
			p.clocked = append(p.clocked, clocked{op, p.behind(s)})
		}
	}
	return nil
}

// behind returns what has to run after a stage, in order.
func (p *Pipeline) behind(first *stage) (order []operator) {
	reach := map[*stage]bool{first: true}
	for _, s := range p.stages[first.id+1:] { // made later than what they read
		if slices.ContainsFunc(s.from, func(f *stage) bool { return reach[f] }) {
			reach[s] = true
			order = append(order, s.op)
		}
	}
	return order
}

// run lets the given stages work on what the inputs have been filled with.
func run(order []operator) {
	for _, op := range order {
		op.run()
	}
}
