using System.Globalization;
using Parley.Cli.Terminal;

namespace Parley.Cli.Configuration;

/// <summary>What happens to a call that no voice agent takes: exactly one of the three.</summary>
/// <param name="Status">It is refused with this; 0 when not.</param>
/// <param name="File">This file is played to the caller.</param>
/// <param name="User">This extension or account is called instead.</param>
internal readonly record struct VoiceFallback(int Status, string? File, string? User)
{
    private const string Play = "play:";
    private const int BusyHere = 486;

    /// <summary>Reads <c>busy</c>, a status, <c>play:FILE</c>, or the name of an extension or account.</summary>
    /// <param name="text">What is said.</param>
    /// <param name="where">Where it is said, for messages.</param>
    /// <exception cref="CommandException">It is none of these, or the file is not there.</exception>
    public static VoiceFallback Parse(string text, string where)
    {
        if (text == "busy")
            return new(BusyHere, null, null);
        if (text.StartsWith(Play, StringComparison.Ordinal))
        {
            var file = text[Play.Length..];
            return System.IO.File.Exists(file) ? new(0, file, null) : throw CommandException.Usage($"{where}: there is no file '{file}' to play.");
        }

        if (text.Length == 3 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 400 and <= 699)
            return new(status, null, null);
        return PhoneSettingsFile.IsUser(text)
            ? new(0, null, text)
            : throw CommandException.Usage($"{where}: '{text}' is none of 'busy', a status from 400 to 699, 'play:FILE', and the name of an extension or account.");
    }
}
