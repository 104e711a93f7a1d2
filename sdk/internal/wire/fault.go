package wire

import (
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/bothost/bothost/sdk/fault"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

var toCode = map[fault.Code]codes.Code{
	fault.Internal:    codes.Internal,
	fault.Invalid:     codes.InvalidArgument,
	fault.NotFound:    codes.NotFound,
	fault.Conflict:    codes.Aborted,
	fault.RateLimited: codes.ResourceExhausted,
	fault.Unavailable: codes.Unavailable,
	fault.Timeout:     codes.DeadlineExceeded,
	fault.Canceled:    codes.Canceled,
	fault.Unsupported: codes.Unimplemented,
}

var fromCode = inverse(toCode)

// ToStatus translates an error for the wire: a status with an ErrorDetail.
func ToStatus(err error) error {
	if err == nil {
		return nil
	}
	e := fault.As(err)
	detail := &pluginv1.ErrorDetail{
		Reason: utf8Only(e.Reason),
		Source: pluginv1.ErrorDetail_SOURCE_PLUGIN,
		Remedy: utf8Only(e.Remedy),
	}
	if e.Upstream {
		detail.Source = pluginv1.ErrorDetail_SOURCE_UPSTREAM
	}
	if e.RetryAfter > 0 {
		detail.RetryAfter = durationpb.New(e.RetryAfter)
	}
	for _, field := range e.Fields {
		detail.Fields = append(detail.Fields, &pluginv1.FieldProblem{Key: utf8Only(field.Key), Message: utf8Only(field.Message)})
	}
	code, known := toCode[e.Code]
	if !known {
		// Never OK, which the zero value is.
		code = codes.Internal
	}
	plain := status.New(code, oneLine(e.Message))
	detailed, detailErr := plain.WithDetails(detail)
	if detailErr != nil {
		return plain.Err()
	}
	return detailed.Err()
}

// oneLine joins the lines of a message: it becomes a part of others' lines, in
// logs and in answers.
func oneLine(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return utf8Only(strings.Join(lines, "; "))
}

// utf8Only makes a text one that can be sent: an error may repeat what a server
// said.
func utf8Only(text string) string { return strings.ToValidUTF8(text, "\ufffd") }

// FromStatus translates an error from the wire into a fault. A status without
// an ErrorDetail was made by gRPC itself, not by the plugin; then
// RESOURCE_EXHAUSTED means a message beyond the size limit, not a rate limit.
func FromStatus(err error) error {
	if err == nil {
		return nil
	}
	st, ok := status.FromError(err)
	if !ok {
		return fault.As(err)
	}
	detail := detailOf(st)
	code, known := fromCode[st.Code()]
	if !known || (detail == nil && code == fault.RateLimited) {
		code = fault.Internal
	}
	e := fault.New(code, "%s", st.Message())
	if detail == nil {
		return e
	}
	e.Reason, e.Remedy = detail.GetReason(), detail.GetRemedy()
	e.Upstream = detail.GetSource() == pluginv1.ErrorDetail_SOURCE_UPSTREAM
	e.RetryAfter = detail.GetRetryAfter().AsDuration()
	for _, field := range detail.GetFields() {
		e.Fields = append(e.Fields, fault.Field{Key: field.GetKey(), Message: field.GetMessage()})
	}
	return e
}

func detailOf(st *status.Status) *pluginv1.ErrorDetail {
	for _, detail := range st.Details() {
		if d, ok := detail.(*pluginv1.ErrorDetail); ok {
			return d
		}
	}
	return nil
}
