using System.Globalization;
using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>Who refreshes, in the terms of the request that says it (RFC 4028 §4).</summary>
internal enum RefresherRole : byte
{
    /// <summary>It is left open.</summary>
    Open,

    /// <summary>Who sent the request.</summary>
    Uac,

    /// <summary>Who answers it.</summary>
    Uas,
}

/// <summary>A Session-Expires value (RFC 4028 §4). The default value is none.</summary>
internal readonly record struct SessionExpires(int Seconds, RefresherRole Refresher)
{
    public bool IsNone => Seconds == 0;

    /// <summary>The header of a message; none when absent or malformed.</summary>
    public static SessionExpires Of(SipMessage message)
    {
        var value = message.Value(HeaderId.SessionExpires);
        if (!TryReadSeconds(value, out var seconds, out var parameters))
            return default;
        var refresher = ParameterReader.TryFind(parameters, "refresher"u8, out var role) switch
        {
            true when Ascii.EqualsIgnoreCase(role, "uac"u8) => RefresherRole.Uac,
            true when Ascii.EqualsIgnoreCase(role, "uas"u8) => RefresherRole.Uas,
            _ => RefresherRole.Open,
        };
        return new SessionExpires(seconds, refresher);
    }

    /// <summary>The Min-SE of a message; 0 when absent or malformed.</summary>
    public static int MinimumOf(SipMessage message) => TryReadSeconds(message.Value(HeaderId.MinSE), out var seconds, out _) ? seconds : 0;

    public override string ToString() => Refresher == RefresherRole.Open
        ? Seconds.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Seconds};refresher={(Refresher == RefresherRole.Uac ? "uac" : "uas")}");

    private static bool TryReadSeconds(ReadOnlySpan<byte> value, out int seconds, out ReadOnlySpan<byte> parameters)
    {
        var digits = SipSyntax.DigitCount(value);
        parameters = value[digits..];
        var ok = SipSyntax.TryReadNumber(value[..digits], uint.MaxValue, out var number) && number > 0;
        seconds = ok ? (int)Math.Min(number, int.MaxValue) : 0;
        return ok;
    }
}
