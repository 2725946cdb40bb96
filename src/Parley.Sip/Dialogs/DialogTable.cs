using Parley.Sip.Messages;

namespace Parley.Sip.Dialogs;

/// <summary>The dialogs of one lane, found by our tag and told apart by Call-ID and the peer's tag (RFC 3261 §12).</summary>
internal sealed class DialogTable
{
    private readonly Dictionary<UInt128, Dialog> _byTag = [];

    public int Count { get; private set; }

    /// <summary>Remembers the dialogs of calls that have ended; null when nobody asks for them.</summary>
    public EndedDialogs? Ended { get; init; }

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
        if (dialog.User is not null)
            Ended?.Add(dialog.LocalTagValue);
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

    /// <summary>A subscription lives in the dialog from here on, which is entered if it is new.</summary>
    public void Join(Dialog dialog, IDialogUsage usage)
    {
        if (dialog.User is null && dialog.FirstUsage is null)
        {
            dialog.State = DialogState.Confirmed;
            Add(dialog);
        }

        usage.NextUsage = dialog.FirstUsage;
        dialog.FirstUsage = usage;
    }

    /// <summary>A subscription has ended; the dialog goes with the last.</summary>
    public void Leave(Dialog dialog, IDialogUsage usage)
    {
        if (dialog.FirstUsage == usage)
        {
            dialog.FirstUsage = usage.NextUsage;
        }
        else
        {
            var before = dialog.FirstUsage;
            while (before is not null && before.NextUsage != usage)
                before = before.NextUsage;
            if (before is null)
                return;
            before.NextUsage = usage.NextUsage;
        }

        usage.NextUsage = null;
        RemoveUnused(dialog);
    }

    /// <summary>The call has ended; a subscription that was made in it keeps the dialog (RFC 5057 §4.2).</summary>
    public void LeaveCall(Dialog dialog)
    {
        Ended?.Add(dialog.LocalTagValue);
        dialog.User = null;
        RemoveUnused(dialog);
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

    private void RemoveUnused(Dialog dialog)
    {
        if (dialog.User is not null || dialog.FirstUsage is not null)
            return;
        dialog.State = DialogState.Terminated;
        Remove(dialog);
    }
}
