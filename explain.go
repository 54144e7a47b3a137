package tidemark

import (
	"fmt"
	"strings"
)

// Graph is the pipeline as a picture.
type Graph struct{ text, mermaid string }

// String gives one line a stage: its name, what it is, and what it reads.
func (g Graph) String() string { return g.text }

// Mermaid gives a flowchart.
func (g Graph) Mermaid() string { return g.mermaid }

// Explain returns the graph, of a pipeline that does not pass Check too.
func (p *Pipeline) Explain() Graph {
	p.mu.Lock()
	defer p.mu.Unlock()
	var text, chart strings.Builder
	chart.WriteString("flowchart LR\n")
	for _, s := range p.stages {
		what := s.kind
		if d := s.op.detail(); d != "" {
			what += " " + d
		}
		var from []string
		for _, f := range s.reads {
			from = append(from, f.String())
		}
		fmt.Fprintf(&text, "%s: %s", s.name, what)
		if len(from) > 0 {
			fmt.Fprintf(&text, " <- %s", strings.Join(from, ", "))
		}
		text.WriteByte('\n')
		open, shut := "[", "]"
		switch {
		case s.kind == "input":
			open, shut = "([", "])"
		case s.terminal:
			open, shut = "[/", "/]"
		}
		fmt.Fprintf(&chart, "\ts%d%s\"%s<br/>%s\"%s\n", s.id, open, quoted(s.name), quoted(what), shut)
		for _, f := range s.reads {
			label := ""
			if f.second() != "" {
				label = "|" + f.second() + "|"
			}
			fmt.Fprintf(&chart, "\ts%d -->%s s%d\n", f.stageOf().id, label, s.id)
		}
	}
	return Graph{text.String(), chart.String()}
}

// quoted makes s fit between the quotes of a label.
func quoted(s string) string {
	return strings.NewReplacer(`"`, "#quot;", "<", "#lt;", ">", "#gt;", "\n", " ").Replace(s)
}

// sinkName names the type of a sink, without packages and type parameters.
func sinkName(sink any) string {
	s := fmt.Sprintf("%T", sink)
	s, _, _ = strings.Cut(s, "[")
	return strings.TrimPrefix(s, "*")
}
