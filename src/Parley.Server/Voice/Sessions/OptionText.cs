namespace Parley.Server.Voice.Sessions;

/// <summary>Texts of commands and options.</summary>
internal static class OptionText
{
    /// <summary>A text; null also for an empty one, which some clients send for what they do not set.</summary>
    public static string? Given(this string? text) => string.IsNullOrEmpty(text) ? null : text;
}
