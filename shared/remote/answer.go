package remote

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/millrace/millrace/shared/fault"
)

// maxShown bounds how much of an answer an error keeps, in bytes: errors travel in a message's metadata.
const maxShown = 2 << 10

// KindAnswer is the kind of an answer that makes no sense; KindRefused that of a request which the API refused.
const (
	KindAnswer  = "model_answer"
	KindRefused = "model_refused"
)

// answerError keeps the beginning of an answer for the dead letter. Logs get the text without it, because an answer holds
// what stands in the document.
type answerError struct {
	fault  error
	answer string
}

func (e *answerError) Error() string {
	if e.answer == "" {
		return e.fault.Error() + "; the answer was empty"
	}
	return e.fault.Error() + "; the answer was: " + e.answer
}

func (e *answerError) Unwrap() error { return e.fault }

// LogValue leaves the answer out.
func (e *answerError) LogValue() slog.Value {
	return slog.StringValue(e.fault.Error() + "; the answer is not shown in logs (" + strconv.Itoa(len(e.answer)) + " bytes are in the dead letter)")
}

// nonsense says that an answer cannot be used. It is Transient: models differ from one time to the next. The format must not
// show anything of the answer.
func nonsense(answer []byte, format string, args ...any) error {
	return &answerError{
		fault:  fault.New(fault.ClassTransient, KindAnswer, "the model's answer cannot be used: %w", fmt.Errorf(format, args...)),
		answer: shown(answer),
	}
}

// refused says that the API does not want the request.
func refused(answer []byte, format string, args ...any) error {
	return &answerError{fault: fault.New(fault.ClassPermanent, KindRefused, format, args...), answer: shown(answer)}
}

// shown returns the beginning of an answer as one line of text.
func shown(answer []byte) string {
	cut := len(answer) > maxShown
	if cut {
		answer = answer[:maxShown]
	}
	text := strings.Join(strings.Fields(strings.ReplaceAll(strings.ToValidUTF8(string(answer), ""), "\x00", "")), " ")
	if cut {
		text += " …"
	}
	return text
}
