using System.Globalization;
using Parley.Sip.Messages;

namespace Parley.Sip.Dialogs;

/// <summary>The lifetime that a registration or publication asks for, which the server may find too short (423, RFC 3261 §10.2.8, RFC 3903 §4.1).</summary>
internal sealed class AskedLifetime(int seconds)
{
    // A server may ask for a longer lifetime; asking twice would be a game.
    private const int MaxChanges = 2;

    private int _changes;

    public int Seconds { get; private set; } = seconds;

    /// <summary>What the server has taken on: from now on it may find that too short again.</summary>
    public void Granted() => _changes = 0;

    /// <summary>Takes what a 423 wants, if it is more and has not been asked for too often.</summary>
    public bool TryLengthen(SipMessage response)
    {
        var least = ReadSeconds(response.Value(HeaderId.MinExpires));
        if (_changes >= MaxChanges || least <= Seconds || Seconds == 0) // who asks for no time at all wants the state once
            return false;
        _changes++;
        Seconds = least;
        return true;
    }

    /// <summary>The seconds a header's value begins with, as Retry-After with a comment behind it does; 0 for none.</summary>
    public static int ReadSeconds(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return int.TryParse(end < 0 ? text : text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
    }
}
