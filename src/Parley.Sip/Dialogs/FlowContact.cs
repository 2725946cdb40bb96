using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Dialogs;

/// <summary>
/// The Contact line of a request of ours. Which address and transport it names depends on the path the request takes, which is only known when it leaves,
/// and changes when it is sent again elsewhere; so the transaction writes it together with its Via.
/// </summary>
internal sealed class FlowContact : IFlowHeaders
{
    private readonly byte[] _user;
    private readonly bool _secure;
    private readonly byte[] _parameters;
    private readonly byte[]? _publicAddress;

    /// <summary>A Contact.</summary>
    /// <param name="user">User part as it is written in a URI, empty for none; or a whole URI in angle brackets, which is then the same for every path.</param>
    /// <param name="secure">True for a sips URI.</param>
    /// <param name="parameters">Header parameters, each with its semicolon; empty for none.</param>
    /// <param name="publicAddress">The address to name instead of the flow's own; no value for that.</param>
    public FlowContact(byte[] user, bool secure, byte[] parameters, NetEndpoint publicAddress = default)
    {
        _user = user;
        _secure = secure;
        _parameters = parameters;
        _publicAddress = publicAddress.HasValue ? Encoding.ASCII.GetBytes(publicAddress.ToString()) : null;
    }

    /// <summary>Its user part, as it is written in a URI, or the whole in angle brackets.</summary>
    public ReadOnlySpan<byte> UserBytes => _user;

    /// <summary>True for the text of a whole Contact, where a user part may be too: no user part begins with a bracket (RFC 3261 §25.1).</summary>
    public static bool IsWhole(ReadOnlySpan<byte> user) => user is [(byte)'<', ..];

    /// <summary>The URI it names for a flow.</summary>
    public SipUri UriFor(in SipFlow flow)
    {
        if (IsWhole(_user))
            return SipUri.Parse(Encoding.UTF8.GetString(_user.AsSpan(1, _user.Length - 2)));
        var at = _user.Length > 0 ? "@" : "";
        var scheme = _secure ? "sips" : "sip";
        return SipUri.Parse(
            $"{scheme}:{Encoding.ASCII.GetString(_user)}{at}{Encoding.ASCII.GetString(Address(flow))}{Encoding.ASCII.GetString(ContactText.TransportParameter(flow.Transport, _secure))}");
    }

    /// <inheritdoc/>
    public int Length(in SipFlow flow) => IsWhole(_user)
        ? Name.Length + _user.Length + _parameters.Length + 2
        : Start.Length + User(default) + Address(flow).Length + ContactText.TransportParameter(flow.Transport, _secure).Length + 1 + _parameters.Length + 2;

    /// <inheritdoc/>
    public void Write(Span<byte> destination, in SipFlow flow)
    {
        int at;
        if (IsWhole(_user))
        {
            at = Put(destination, Put(destination, 0, Name), _user);
        }
        else
        {
            at = Put(destination, 0, Start);
            at += User(destination[at..]);
            at = Put(destination, at, Address(flow));
            at = Put(destination, at, ContactText.TransportParameter(flow.Transport, _secure));
            at = Put(destination, at, ">"u8);
        }

        at = Put(destination, at, _parameters);
        Put(destination, at, "\r\n"u8);
    }

    private static ReadOnlySpan<byte> Name => "Contact: "u8;

    private ReadOnlySpan<byte> Start => _secure ? "Contact: <sips:"u8 : "Contact: <sip:"u8;

    private ReadOnlySpan<byte> Address(in SipFlow flow) => _publicAddress is null ? flow.SentBy.Span : _publicAddress;

    private int User(Span<byte> destination)
    {
        if (_user.Length == 0)
            return 0;
        if (!destination.IsEmpty)
            Put(destination, Put(destination, 0, _user), "@"u8);
        return _user.Length + 1;
    }

    private static int Put(Span<byte> destination, int at, ReadOnlySpan<byte> part)
    {
        part.CopyTo(destination[at..]);
        return at + part.Length;
    }
}
