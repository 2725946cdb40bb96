namespace Parley.Speech.Dialogue;

/// <summary>What was said in a conversation, and heard.</summary>
/// <param name="Role"><c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Text">The words; of a tool what came of it.</param>
public sealed record DialogueMessage(string Role, string Text);
