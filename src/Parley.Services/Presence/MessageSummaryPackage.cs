using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Parley.Services.Locations;
using Parley.Sip.Dialogs;

namespace Parley.Services.Presence;

/// <summary>Voice messages that wait for somebody.</summary>
/// <param name="New">Not heard yet.</param>
/// <param name="Old">Heard and kept.</param>
/// <param name="NewUrgent">Of the new ones, urgent.</param>
/// <param name="OldUrgent">Of the old ones, urgent.</param>
public readonly record struct MessageSummary(int New, int Old, int NewUrgent = 0, int OldUrgent = 0);

/// <summary>
/// Messages waiting (RFC 3842): the package <c>message-summary</c>, which lights the lamp of a phone. Only the owner of the mailbox may subscribe.
/// </summary>
public sealed class MessageSummaryPackage() : EventPackage("message-summary", "application/simple-message-summary")
{
    private readonly ConcurrentDictionary<AddressOfRecord, MessageSummary> _summaries = [];

    /// <inheritdoc/>
    public override bool IsPrivate => true;

    /// <summary>Sets what waits for somebody; their subscribers are told when it is something else than before.</summary>
    /// <param name="mailbox">Whose.</param>
    /// <param name="summary">What waits.</param>
    public void Set(AddressOfRecord mailbox, MessageSummary summary)
    {
        if (!mailbox.HasValue)
            throw new ArgumentException("Nobody has no mailbox.", nameof(mailbox));
        if (_summaries.TryGetValue(mailbox, out var known) && known == summary)
            return;
        _summaries[mailbox] = summary;
        Changed(mailbox);
    }

    /// <inheritdoc/>
    public override EventDocument Compose(in DocumentRequest request)
    {
        var known = _summaries.GetValueOrDefault(request.Resource);
        var text = new StringBuilder(128)
            .Append("Messages-Waiting: ").Append(known.New > 0 ? "yes" : "no").Append("\r\n")
            .Append("Message-Account: ").Append(request.Resource.ToUri()).Append("\r\n")
            .Append(CultureInfo.InvariantCulture, $"Voice-Message: {known.New}/{known.Old} ({known.NewUrgent}/{known.OldUrgent})\r\n");
        return new EventDocument(new SipBody(ContentType, text.ToString()));
    }
}
