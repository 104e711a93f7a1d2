package faq

// Config is what an instance is made from: every distinct one is an instance.
type Config struct {
	Entries []Entry `json:"entries" jsonschema:"required,minItems=1,description=What the bot knows."`
}

// Entry is one question and its answer.
type Entry struct {
	Question string `json:"question" jsonschema:"required,minLength=1,description=The question as people ask it."`
	Answer   string `json:"answer" jsonschema:"required,minLength=1,description=What is replied."`
}

// Options may differ from call to call, and from tenant to tenant.
type Options struct {
	Otherwise string  `json:"otherwise,omitempty" jsonschema:"minLength=1,description=Reply to what no entry answers.,default=I do not know. Please ask a person."`
	Likeness  float64 `json:"likeness,omitempty" jsonschema:"minimum=0,maximum=1,default=0.6,description=Share of a question's words that a message must have."`
}
