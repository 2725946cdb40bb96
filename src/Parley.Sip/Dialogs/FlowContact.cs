using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Dialogs;

/// <summary>
/// The Contact line of a request of ours. Which address and transport it names depends on the path the request takes, which is only known when it leaves,
/// and changes when it is sent again elsewhere; so the transaction writes it together with its Via.
/// </summary>
internal sealed class FlowContact(byte[] user, bool secure, byte[] parameters) : IFlowHeaders
{
    /// <inheritdoc/>
    public int Length(in SipFlow flow) =>
        Start.Length + User(default) + flow.SentBy.Length + ContactText.TransportParameter(flow.Transport, secure).Length + 1 + parameters.Length + 2;

    /// <inheritdoc/>
    public void Write(Span<byte> destination, in SipFlow flow)
    {
        var at = Put(destination, 0, Start);
        at += User(destination[at..]);
        at = Put(destination, at, flow.SentBy.Span);
        at = Put(destination, at, ContactText.TransportParameter(flow.Transport, secure));
        at = Put(destination, at, ">"u8);
        at = Put(destination, at, parameters);
        Put(destination, at, "\r\n"u8);
    }

    private ReadOnlySpan<byte> Start => secure ? "Contact: <sips:"u8 : "Contact: <sip:"u8;

    private int User(Span<byte> destination)
    {
        if (user.Length == 0)
            return 0;
        if (!destination.IsEmpty)
            Put(destination, Put(destination, 0, user), "@"u8);
        return user.Length + 1;
    }

    private static int Put(Span<byte> destination, int at, ReadOnlySpan<byte> part)
    {
        part.CopyTo(destination[at..]);
        return at + part.Length;
    }
}
