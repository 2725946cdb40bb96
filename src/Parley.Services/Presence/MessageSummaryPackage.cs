using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Parley.Services.Locations;
using Parley.Sip.Dialogs;

namespace Parley.Services.Presence;

/// <summary>Messages of one kind that wait for somebody.</summary>
/// <param name="New">Not heard or read yet.</param>
/// <param name="Old">Heard or read, and kept.</param>
/// <param name="NewUrgent">Of the new ones, urgent.</param>
/// <param name="OldUrgent">Of the old ones, urgent.</param>
public readonly record struct MessageSummary(int New, int Old, int NewUrgent = 0, int OldUrgent = 0);

/// <summary>What kind of message waits (RFC 3458 §6.2, the classes of RFC 3842 §5.2).</summary>
public enum MessageContext : byte
{
    /// <summary>Spoken.</summary>
    Voice,

    /// <summary>Filmed.</summary>
    Video,

    /// <summary>A facsimile.</summary>
    Fax,

    /// <summary>A short text, such as a SIP MESSAGE.</summary>
    Pager,

    /// <summary>Several media in one.</summary>
    Multimedia,

    /// <summary>A text to be read, such as an e-mail.</summary>
    Text,
}

/// <summary>
/// Messages waiting (RFC 3842): the package <c>message-summary</c>, which lights the lamp of a phone. Only the owner of the mailbox may subscribe.
/// <see cref="Report"/> feeds it, from whatever keeps messages: a voicemail, or the messages a <see cref="Messaging.MessageService"/> could not deliver
/// (<see cref="Messaging.MessageOptions.OnWaiting"/>).
/// </summary>
public sealed class MessageSummaryPackage() : EventPackage("message-summary", "application/simple-message-summary")
{
    private static readonly string[] s_classes = ["Voice-Message", "Video-Message", "Fax-Message", "Pager-Message", "Multimedia-Message", "Text-Message"];

    private readonly ConcurrentDictionary<AddressOfRecord, Mailbox> _mailboxes = [];

    /// <inheritdoc/>
    public override bool IsPrivate => true;

    /// <summary>Says what waits for somebody; their subscribers are told when it is something else than before. Other kinds stay as they were reported.</summary>
    /// <param name="mailbox">Whose.</param>
    /// <param name="summary">What waits.</param>
    /// <param name="context">What kind of messages. Default voice.</param>
    /// <exception cref="ArgumentException">No mailbox.</exception>
    public void Report(AddressOfRecord mailbox, MessageSummary summary, MessageContext context = MessageContext.Voice)
    {
        if (!mailbox.HasValue)
            throw new ArgumentException("Nobody has no mailbox.", nameof(mailbox));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((byte)context, (byte)MessageContext.Text, nameof(context));
        var added = Mailbox.Empty.With(context, summary);
        var changed = false;
        _mailboxes.AddOrUpdate(
            mailbox,
            _ =>
            {
                changed = summary != default;
                return added;
            },
            (_, known) =>
            {
                changed = known.Of(context) != summary;
                return changed ? known.With(context, summary) : known;
            });
        // Nobody is remembered for whom nothing waits: the document says the same without.
        if (_mailboxes.TryGetValue(mailbox, out var now) && now.IsEmpty)
            _mailboxes.TryRemove(new(mailbox, now));
        if (changed)
            Changed(mailbox);
    }

    /// <inheritdoc/>
    public override EventDocument Compose(in DocumentRequest request)
    {
        var mailbox = _mailboxes.GetValueOrDefault(request.Resource, Mailbox.Empty);
        var text = new StringBuilder(192)
            .Append("Messages-Waiting: ").Append(mailbox.HasNew ? "yes" : "no").Append("\r\n")
            .Append("Message-Account: ").Append(request.Resource.ToUri()).Append("\r\n");
        for (var context = MessageContext.Voice; context <= MessageContext.Text; context++)
        {
            // Phones look for the voice messages, also for none of them.
            if (mailbox.Of(context) is var known && (known != default || context == MessageContext.Voice))
                text.Append(s_classes[(int)context]).Append(CultureInfo.InvariantCulture, $": {known.New}/{known.Old} ({known.NewUrgent}/{known.OldUrgent})\r\n");
        }

        return new EventDocument(new SipBody(ContentType, text.ToString()));
    }

    // Never changed: a report makes another.
    private sealed class Mailbox
    {
        public static readonly Mailbox Empty = new();

        private readonly MessageSummary[] _summaries = new MessageSummary[(int)MessageContext.Text + 1];

        public bool IsEmpty => Array.TrueForAll(_summaries, one => one == default);

        public bool HasNew => Array.Exists(_summaries, one => one.New > 0);

        public MessageSummary Of(MessageContext context) => _summaries[(int)context];

        public Mailbox With(MessageContext context, MessageSummary summary)
        {
            var changed = new Mailbox();
            _summaries.CopyTo(changed._summaries, 0);
            changed._summaries[(int)context] = summary;
            return changed;
        }
    }
}
