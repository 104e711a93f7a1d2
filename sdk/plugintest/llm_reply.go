package plugintest

import "github.com/bothost/bothost/sdk/message"

func replyCases() []LLMCase {
	return []LLMCase{
		{"a first message gets a reply", repliesToAFirstMessage},
		{"a whole conversation gets a reply", repliesToAConversation},
		{"a message of several texts gets a reply", repliesToSeveralTexts},
		{"the result names the model and why it ended", resultIsComplete},
	}
}

func repliesToAFirstMessage(t T, subject LLM) {
	if reply, _ := converse(t, subject, "tenant", user("Hello! How are you?")); reply == "" {
		t.Errorf("the reply is empty")
	}
}

func repliesToAConversation(t T, subject LLM) {
	reply, _ := converse(t, subject, "tenant", []message.Message{
		message.New(message.System, "You are a helpful assistant."),
		message.New(message.User, "My name is Alice."),
		message.New(message.Assistant, "Hello Alice, how can I help?"),
		message.New(message.User, "What is my name?"),
	})
	if reply == "" {
		t.Errorf("the reply is empty")
	}
}

func repliesToSeveralTexts(t T, subject LLM) {
	parts := []message.Part{message.Text("Good "), message.Text("morning"), message.Text("!")}
	if reply, _ := converse(t, subject, "tenant", []message.Message{{Role: message.User, Parts: parts}}); reply == "" {
		t.Errorf("the reply is empty")
	}
}

func resultIsComplete(t T, subject LLM) {
	_, result := converse(t, subject, "tenant", user("Hello!"))
	if result.Model == "" {
		t.Errorf("the result does not name the model")
	}
	if result.FinishReason == "" {
		t.Errorf("the result does not say why the reply ended")
	}
	if result.Usage.PromptTokens < 0 || result.Usage.CompletionTokens < 0 {
		t.Errorf("the usage is negative: %+v", result.Usage)
	}
}
