namespace Parley.Server.CallApi.Commands;

/// <summary>A command that came to nothing: becomes its Error and Ended.</summary>
/// <param name="code">A status of SIP.</param>
/// <param name="message">Its phrase, or a sentence.</param>
/// <param name="text">The sentence of the later vocabulary; null for code and message.</param>
internal sealed class CommandFailure(int code, string message, string? text = null) : Exception(message)
{
    public int Code { get; } = code;

    public string Text { get; } = text ?? $"{code} {message}";

    public static CommandFailure UnknownCall() => new(404, "Dialog not found");
}
