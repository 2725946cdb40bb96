using System.Globalization;

namespace Parley.Media.Audio;

/// <summary>A tone that stands where a file could: <c>tone:440</c>, or <c>tone:440/2.5</c> for two and a half seconds.</summary>
/// <param name="Hertz">Frequency, 20 to 3800: what every codec carries, for G.711 has 8000 samples per second and its filters end below half of that.</param>
/// <param name="Length">How long, at most a day; null when it does not say.</param>
public readonly record struct ToneName(double Hertz, TimeSpan? Length)
{
    private const string Prefix = "tone:";
    private const double Lowest = 20, Highest = 3_800;

    /// <summary>Whether a text is meant to be one.</summary>
    /// <param name="text">The text.</param>
    public static bool IsTone(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads one.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is none; the message says what one looks like.</exception>
    public static ToneName Parse(string text) =>
        TryParse(text, out var tone) ? tone : throw new FormatException($"'{text}' is no tone; write tone:440, from 20 to 3800 Hz, or tone:440/2.5 for two and a half seconds.");

    /// <summary>Reads one; false when it is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tone">The tone.</param>
    public static bool TryParse(string text, out ToneName tone)
    {
        tone = default;
        if (!IsTone(text))
            return false;
        var parts = text[Prefix.Length..].Split('/');
        if (parts.Length > 2 || !TryRead(parts[0], out var hertz) || hertz is < Lowest or > Highest)
            return false;
        TimeSpan? length = null;
        if (parts.Length == 2)
        {
            if (!TryRead(parts[1], out var seconds) || seconds is <= 0 or > 86_400)
                return false;
            length = TimeSpan.FromSeconds(seconds);
        }

        tone = new(hertz, length);
        return true;
    }

    private static bool TryRead(string text, out double number) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
}
