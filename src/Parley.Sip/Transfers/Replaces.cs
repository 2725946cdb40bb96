using System.Diagnostics.CodeAnalysis;
using System.Text;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Transfers;

/// <summary>Names the dialog an INVITE is to take the place of (RFC 3891 §6.1), as the side that gets the INVITE knows it.</summary>
/// <param name="CallId">Its Call-ID.</param>
/// <param name="ToTag">The tag of the side that gets the INVITE.</param>
/// <param name="FromTag">The tag of the other side: the one to be replaced.</param>
/// <param name="EarlyOnly">True when it is to be replaced only while it is not answered: a pick-up that came too late then gets 486.</param>
public sealed record Replaces(string CallId, string ToTag, string FromTag, bool EarlyOnly = false)
{
    /// <summary>
    /// Names a dialog of ours for its other side: for the Refer-To of an attended transfer, sent to who is to call that other side in our place, or for
    /// an INVITE of our own to it.
    /// </summary>
    /// <param name="dialog">Our dialog with who will get the INVITE.</param>
    /// <param name="earlyOnly">See <see cref="EarlyOnly"/>.</param>
    public static Replaces For(Dialog dialog, bool earlyOnly = false)
    {
        ArgumentNullException.ThrowIfNull(dialog);
        // RFC 3891 §6.1: the tag of a peer older than RFC 3261, which has none, is written as zero.
        var remote = dialog.RemoteTag;
        return new Replaces(dialog.CallId, remote.Length == 0 ? "0" : remote, dialog.LocalTag, earlyOnly);
    }

    /// <summary>Reads the value of a Replaces header. False when it is malformed, or has not exactly one of each tag.</summary>
    public static bool TryParse([NotNullWhen(true)] string? value, [NotNullWhen(true)] out Replaces? replaces)
    {
        replaces = null;
        return value is not null && TryParse(Encoding.UTF8.GetBytes(value), out replaces);
    }

    /// <summary>The Replaces among the headers of a URI, as a Refer-To has it; null when there is none that can be read.</summary>
    public static Replaces? In(SipUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        foreach (var header in uri.Headers)
        {
            if (header.Value is not null && Escaping.Unescape(header.Name).Equals("Replaces", StringComparison.OrdinalIgnoreCase)
                && TryParse(Escaping.Unescape(header.Value), out var replaces))
                return replaces;
        }

        return null;
    }

    /// <summary>The URI with this as a header, escaped: <c>sip:carol@host?Replaces=1%40host%3Bto-tag%3Da%3Bfrom-tag%3Db</c>.</summary>
    /// <exception cref="ArgumentException">Call-ID or tag holds a line break.</exception>
    public SipUri AddTo(SipUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri.WithHeader("Replaces", ToString());
    }

    /// <summary>The header.</summary>
    /// <exception cref="ArgumentException">Call-ID or tag holds a line break.</exception>
    public SipHeader ToHeader() => new("Replaces", ToString());

    /// <summary>The value of the header.</summary>
    public override string ToString() => $"{CallId};to-tag={ToTag};from-tag={FromTag}{(EarlyOnly ? ";early-only" : "")}";

    internal static bool TryParse(ReadOnlySpan<byte> value, [NotNullWhen(true)] out Replaces? replaces)
    {
        replaces = null;
        if (!TaggedCallId.TryRead(value, "to-tag"u8, "from-tag"u8, out var parts, out var parameters))
            return false;
        replaces = new Replaces(parts.CallId, parts.First, parts.Second, ParameterReader.TryFind(parameters, "early-only"u8, out _));
        return true;
    }
}
