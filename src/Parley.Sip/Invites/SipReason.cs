using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>A value of the Reason header: why a BYE, a CANCEL or a refusal was sent (RFC 3326, RFC 6432).</summary>
/// <param name="Protocol">What the cause is a number of: <c>SIP</c> for a status, <c>Q.850</c> for a cause of the telephone network.</param>
/// <param name="Cause">The number; 0 when none was given.</param>
/// <param name="Text">In words; null when not given.</param>
public sealed record SipReason(string Protocol, int Cause, string? Text = null)
{
    /// <summary>Reads the first value of a header; false when there is none, or it is malformed.</summary>
    public static bool TryParse(string? value, [NotNullWhen(true)] out SipReason? reason)
    {
        reason = null;
        return value is not null && TryParse(Encoding.UTF8.GetBytes(value), out reason);
    }

    /// <summary>The header's value, e.g. <c>SIP;cause=200;text="Call completed elsewhere"</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Protocol);
        if (Cause > 0)
            text.Append(CultureInfo.InvariantCulture, $";cause={Cause}");
        if (Text is not null)
            text.Append(";text=\"").Append(Text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        return text.ToString();
    }

    /// <summary>The first Reason of a message; null when there is none that can be read.</summary>
    internal static SipReason? Of(SipMessage message)
    {
        if (!message.Has(HeaderId.Reason))
            return null;
        foreach (var value in message.Values(HeaderId.Reason))
            return TryParse(value, out var reason) ? reason : null;
        return null;
    }

    private static bool TryParse(ReadOnlySpan<byte> value, [NotNullWhen(true)] out SipReason? reason)
    {
        reason = null;
        var end = value.IndexOfAny((byte)';', (byte)',');
        var protocol = SipSyntax.Trim(end < 0 ? value : value[..end]);
        if (!SipSyntax.IsToken(protocol))
            return false;
        var parameters = end < 0 ? default : value[end..];
        var cause = ParameterReader.TryFind(parameters, "cause"u8, out var number)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : 0;
        var text = ParameterReader.TryFind(parameters, "text"u8, out var words) ? Unquoted(words) : null;
        reason = new SipReason(Encoding.ASCII.GetString(protocol), cause, text);
        return true;
    }

    // RFC 3261 §25.1 quoted-string: a backslash takes the next character as it is.
    private static string Unquoted(ReadOnlySpan<byte> words)
    {
        if (words is not [(byte)'"', .., (byte)'"'] || words.Length < 2)
            return Encoding.UTF8.GetString(words);
        var plain = new byte[words.Length - 2];
        var length = 0;
        for (var i = 1; i < words.Length - 1; i++)
        {
            if (words[i] == '\\' && i < words.Length - 2)
                i++;
            plain[length++] = words[i];
        }

        return Encoding.UTF8.GetString(plain.AsSpan(0, length));
    }
}
