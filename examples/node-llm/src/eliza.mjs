// The model: a handful of the rules by which Joseph Weizenbaum's ELIZA answered
// in 1966. It keeps nothing: the same message has the same answer.

const rules = [
  [/\bi need ([^.!?\n]+)/i, "Why do you need {}?"],
  [/\bi(?: am|'m) ([^.!?\n]+)/i, "How long have you been {}?"],
  [/\bi feel ([^.!?\n]+)/i, "Do you often feel {}?"],
  [/\bmy ([^.!?\n]+)/i, "Tell me more about your {}."],
  [/\bbecause ([^.!?\n]+)/i, "Is that the real reason?"],
  [/\b(?:hello|hi|good morning)\b/i, "How do you do. Please tell me what is on your mind."],
  [/\?/, "Why do you ask that?"],
  [/\p{L}/u, "Please go on."],
];

const mirror = new Map([
  ["i", "you"], ["me", "you"], ["my", "your"], ["mine", "yours"], ["am", "are"],
  ["you", "I"], ["your", "my"], ["yours", "mine"],
]);

// reflect turns what somebody says of themselves into what one says of them.
function reflect(text) {
  return text.trim().replace(/[a-z]+/gi, (word) => mirror.get(word.toLowerCase()) ?? word);
}

export function answer(text) {
  for (const [pattern, reply] of rules) {
    const match = pattern.exec(text);
    if (match) {
      return reply.replace("{}", () => reflect(match[1] ?? ""));
    }
  }
  return "I am listening.";
}
