using System.Diagnostics.CodeAnalysis;
using System.Text;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Transfers;

/// <summary>
/// A dialog by its three parts, seen from one side. As the value of a Target-Dialog header (RFC 4538 §7) it tells the peer which of the dialogs it shares with
/// us a request is about; local is then who sends it.
/// </summary>
/// <param name="CallId">Its Call-ID.</param>
/// <param name="LocalTag">The tag of the side that speaks.</param>
/// <param name="RemoteTag">The tag of the other.</param>
public sealed record DialogId(string CallId, string LocalTag, string RemoteTag)
{
    /// <summary>A dialog of ours, seen from here.</summary>
    public static DialogId Of(Dialog dialog)
    {
        ArgumentNullException.ThrowIfNull(dialog);
        return new DialogId(dialog.CallId, dialog.LocalTag, dialog.RemoteTag);
    }

    /// <summary>The same dialog seen from the other side: what its peer calls local is remote here.</summary>
    public DialogId Reversed() => new(CallId, RemoteTag, LocalTag);

    /// <summary>Reads the value of a Target-Dialog header. False when it is malformed, or has not exactly one of each tag.</summary>
    public static bool TryParse([NotNullWhen(true)] string? value, [NotNullWhen(true)] out DialogId? id)
    {
        id = null;
        if (value is null || !TaggedCallId.TryRead(Encoding.UTF8.GetBytes(value), "local-tag"u8, "remote-tag"u8, out var parts, out _))
            return false;
        id = new DialogId(parts.CallId, parts.First, parts.Second);
        return true;
    }

    /// <summary>The header.</summary>
    /// <exception cref="ArgumentException">Call-ID or tag holds a line break.</exception>
    public SipHeader ToHeader() => new("Target-Dialog", ToString());

    /// <summary>The value of the header.</summary>
    public override string ToString() => $"{CallId};local-tag={LocalTag};remote-tag={RemoteTag}";
}
