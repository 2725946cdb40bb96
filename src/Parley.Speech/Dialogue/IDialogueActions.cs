using System.Text.Json;

namespace Parley.Speech.Dialogue;

/// <summary>What a conversation can do with its call; whoever owns the call implements it. What is returned is told to the model; an exception is told as a failure.</summary>
public interface IDialogueActions
{
    /// <summary>Ends the call. What was said has been heard.</summary>
    /// <param name="reason">The model's reason, which may be empty; <c>silence</c>, <c>turns</c> or <c>duration</c> where a limit of <see cref="DialogueOptions"/> ends the call.</param>
    /// <param name="cancel">The conversation is over.</param>
    Task<string> HangUpAsync(string reason, CancellationToken cancel);

    /// <summary>Passes the caller on. What was said has been heard; what the caller says meanwhile waits.</summary>
    /// <param name="tool">The tool, with how it is done.</param>
    /// <param name="target">An address, one of those configured.</param>
    /// <param name="cancel">The conversation is over.</param>
    /// <returns>Text for the model that begins with <c>failed</c>, and the conversation goes on; any other, and the model is not asked again.</returns>
    Task<string> TransferAsync(DialogueTool tool, string target, CancellationToken cancel);

    /// <summary>Asks a web service that the configuration names.</summary>
    /// <param name="tool">The tool, with its address.</param>
    /// <param name="arguments">What the model gives for it.</param>
    /// <param name="cancel">The caller began to speak, or the conversation is over.</param>
    /// <returns>Text for the model.</returns>
    Task<string> CallWebhookAsync(DialogueTool tool, JsonElement arguments, CancellationToken cancel);
}
