using System.Text.Json;

namespace Parley.Speech.Dialogue;

/// <summary>What a conversation can do with its call; whoever owns the call implements it. What is returned is told to the model; an exception is told as a failure.</summary>
public interface IDialogueActions
{
    /// <summary>Ends the call. What was said has been heard.</summary>
    /// <param name="reason">The model's reason; may be empty.</param>
    /// <param name="cancel">The conversation is over.</param>
    Task<string> HangUpAsync(string reason, CancellationToken cancel);

    /// <summary>Passes the caller on.</summary>
    /// <param name="target">An address, one of those configured.</param>
    /// <param name="cancel">The caller began to speak, or the conversation is over.</param>
    Task<string> TransferAsync(string target, CancellationToken cancel);

    /// <summary>Waits for digits.</summary>
    /// <param name="count">How many at most, 1 to 64.</param>
    /// <param name="finishKey">Key that ends them early; null for none.</param>
    /// <param name="cancel">The caller began to speak, or the conversation is over.</param>
    /// <returns>The digits; empty when none came in time.</returns>
    Task<string> CollectDigitsAsync(int count, char? finishKey, CancellationToken cancel);

    /// <summary>Asks a web service that the configuration names.</summary>
    /// <param name="tool">The tool, with its address.</param>
    /// <param name="arguments">What the model gives for it.</param>
    /// <param name="cancel">The caller began to speak, or the conversation is over.</param>
    /// <returns>Text for the model.</returns>
    Task<string> CallWebhookAsync(DialogueTool tool, JsonElement arguments, CancellationToken cancel);
}
