namespace Parley.Contracts.Voice;

/// <summary>Something of a command that could not be understood.</summary>
/// <param name="Field">Where, e.g. <c>option.vad.type</c>; empty for the whole.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
public sealed record VoiceProblem(string Field, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Field.Length == 0 ? Message : $"{Field}: {Message}";
}
