using Parley.Sip.Messages;

namespace Parley.Sip.Dialogs;

/// <summary>The dialogs of one lane, found by our tag and told apart by Call-ID and the peer's tag (RFC 3261 §12).</summary>
internal sealed class DialogTable
{
    private readonly Dictionary<UInt128, Dialog> _byTag = [];

    public int Count { get; private set; }

    public void Add(Dialog dialog)
    {
        _byTag.TryGetValue(dialog.LocalTagValue, out var next);
        dialog.NextOfTag = next;
        _byTag[dialog.LocalTagValue] = dialog;
        Count++;
    }

    public void Remove(Dialog dialog)
    {
        if (!_byTag.TryGetValue(dialog.LocalTagValue, out var entry))
            return;
        if (entry == dialog)
        {
            if (dialog.NextOfTag is { } next)
                _byTag[dialog.LocalTagValue] = next;
            else
                _byTag.Remove(dialog.LocalTagValue);
        }
        else
        {
            while (entry.NextOfTag != dialog)
            {
                if (entry.NextOfTag is null)
                    return;
                entry = entry.NextOfTag;
            }

            entry.NextOfTag = dialog.NextOfTag;
        }

        dialog.NextOfTag = null;
        Count--;
    }

    /// <summary>The dialog a request of the peer is for: its To tag is ours, its From tag the peer's.</summary>
    public Dialog? Find(SipMessage request) => Find(request.ToTag, request.CallId, request.FromTag);

    /// <summary>The dialog with these three parts.</summary>
    public Dialog? Find(ReadOnlySpan<byte> localTag, ReadOnlySpan<byte> callId, ReadOnlySpan<byte> remoteTag)
    {
        if (!DialogTag.TryParse(localTag, out var tag) || !_byTag.TryGetValue(tag, out var dialog))
            return null;
        while (dialog is not null && !dialog.Matches(callId, remoteTag))
            dialog = dialog.NextOfTag;
        return dialog;
    }
}
