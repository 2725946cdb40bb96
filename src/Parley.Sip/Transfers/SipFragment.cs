using System.Globalization;
using System.Text;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Transfers;

/// <summary>The status line a NOTIFY of REFER carries (RFC 3420, RFC 3515 §2.4.5).</summary>
internal static class SipFragment
{
    private const string Type = "message/sipfrag";

    public static SipBody Of(int status, string? reason) =>
        new($"{Type};version=2.0", string.Create(CultureInfo.InvariantCulture, $"SIP/2.0 {status} {reason ?? PhraseText.For(status)}\r\n"));

    /// <summary>Reads the status line of a body that is such a fragment. False when the body is none, or begins otherwise.</summary>
    public static bool TryRead(SipMessage notify, out ReferProgress progress)
    {
        progress = default;
        var type = notify.Value(HeaderId.ContentType);
        var end = type.IndexOf((byte)';');
        if (!Ascii.EqualsIgnoreCase(SipSyntax.Trim(end < 0 ? type : type[..end]), Type))
            return false;
        var line = notify.Body;
        end = line.IndexOfAny((byte)'\r', (byte)'\n');
        line = end < 0 ? line : line[..end];
        if (line.Length < 11 || !Ascii.EqualsIgnoreCase(line[..8], "SIP/2.0 "u8)
            || !SipSyntax.TryReadNumber(line[8..11], 699, out var status) || status < 100 || (line.Length > 11 && line[11] != ' '))
            return false;
        var phrase = Encoding.UTF8.GetString(SipSyntax.Trim(line[11..]));
        progress = new ReferProgress((int)status, phrase.Length == 0 ? PhraseText.For((int)status) : phrase);
        return true;
    }
}
