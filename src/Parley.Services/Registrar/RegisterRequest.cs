using System.Text;
using Parley.Net;
using Parley.Services.Locations;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Registrar;

/// <summary>What the registrar knows of a REGISTER besides its Contacts.</summary>
internal sealed class RegisterRequest
{
    public RegisterRequest(IncomingRequest request, AddressOfRecord address)
    {
        var message = request.Message;
        Message = message;
        Flow = request.Flow;
        Address = address;
        HasExpires = message.Has(HeaderId.Expires);
        Expires = ContactRequest.ReadSeconds(message.Value(HeaderId.Expires));
        IsFirstHop = CountVias(message) == 1;
        SupportsPath = message.HasToken(HeaderId.Supported, "path"u8);
        SupportsOutbound = message.HasToken(HeaderId.Supported, "outbound"u8);
        SupportsGruu = message.HasToken(HeaderId.Supported, "gruu"u8);
        message.TryGetCSeq(out var cseq);
        CSeq = cseq.Number;
        IsSecure = message.TryGetTo(out var to) && to.TryGetUri(out var uri) && uri.Scheme == SipScheme.Sips;
    }

    public SipMessage Message { get; }

    /// <summary>The Path values as one list; empty when there are none. Set by <see cref="Check"/>.</summary>
    public byte[] Path { get; private set; } = [];

    public SipFlow Flow { get; }

    public AddressOfRecord Address { get; }

    public uint CSeq { get; }

    public ReadOnlySpan<byte> CallId => Message.CallId;

    /// <summary>True when it came straight from the device.</summary>
    public bool IsFirstHop { get; }

    public bool HasExpires { get; }

    /// <summary>Value of Expires in seconds.</summary>
    public long Expires { get; }

    public bool SupportsPath { get; }

    public bool SupportsOutbound { get; }

    public bool SupportsGruu { get; }

    /// <summary>True when the address of record was written as a sips URI.</summary>
    public bool IsSecure { get; }

    /// <summary>RFC 5626 §6: true when the hop next to the device keeps its flow: us, or an edge proxy that marked its Path.</summary>
    public bool HasOutboundPath
    {
        get
        {
            if (IsFirstHop)
                return true;
            foreach (var value in Message.Values(HeaderId.Path))
                return NameAddrView.TryParse(value, out var first) && first.TryGetUri(out var uri) && uri.TryGetParameter("ob"u8, out _);
            return false;
        }
    }

    /// <summary>
    /// Where the device is reached, when the REGISTER came straight from it and the Contact is its own: the address seen here passes its NAT (RFC 3581, RFC 5626 §5.3).
    /// A Contact elsewhere is registered for somebody else, and is to be located.
    /// </summary>
    public NetEndpoint SourceFor(in ContactRequest contact)
    {
        if (!IsFirstHop || Message.Has(HeaderId.Path))
            return default;
        if (contact.RegId != 0 || Flow.Transport is SipTransport.Ws or SipTransport.Wss)
            return Flow.Remote;
        Message.TryGetTopVia(out var via);
        if (!contact.Uri.TryGetAddress(out var address))
            return Ascii.EqualsIgnoreCase(contact.Uri.Host, via.Host) ? Flow.Remote : default;
        var isSame = address.AddressBits == Flow.Remote.AddressBits && address.IsV6 == Flow.Remote.IsV6;
        // The right address and another port: a device that listens elsewhere than it sends from, unless it asked for answers to where it sends from.
        if (isSame)
            return Flow.Channel.IsReliable || via.HasRport || Port(address, contact.Uri) == Flow.Remote.Port ? Flow.Remote : default;
        return Ascii.EqualsIgnoreCase(contact.Uri.Host, via.Host) ? Flow.Remote : default;
    }

    /// <summary>What is wrong with the request whatever the bindings are.</summary>
    public RegisterOutcome Check(RegistrarOptions options, LocationService locations)
    {
        if (Message.Has(HeaderId.Path))
        {
            if (options.RequirePathSupport && !SupportsPath)
                return new RegisterOutcome(420) { Unsupported = "path" };
            if (!TryReadPath(locations.Options.MaxBindingBytes))
                return new(400, "Path cannot be read");
        }

        foreach (var value in Message.Values(HeaderId.Contact))
        {
            if (NameAddrView.TryParse(value, out var contact) && contact.TryGetUri(out var uri) && IsCircular(uri, locations))
                return new(403, "Contact leads back to the address of record");
        }

        return RegisterOutcome.Ok;
    }

    // RFC 5627 §5.1: a Contact that is the address of record itself, or a GRUU of it, would send a call in circles.
    private bool IsCircular(SipUriView uri, LocationService locations)
    {
        if (uri.Port != 0 || !locations.Domains.TryResolve(uri, out var address))
            return false;
        return address == Address || GruuSeal.IsTemporary(SipUri.FromView(uri));
    }

    private bool TryReadPath(int limit)
    {
        List<byte> path = [];
        foreach (var value in Message.Values(HeaderId.Path))
        {
            if (!NameAddrView.TryParse(value, out var entry) || !entry.TryGetUri(out var uri) || uri.Scheme is not (SipScheme.Sip or SipScheme.Sips))
                return false;
            if (path.Count > 0)
                path.Add((byte)',');
            path.AddRange(value);
            if (path.Count > limit)
                return false;
        }

        Path = [.. path];
        return path.Count > 0;
    }

    private static int Port(in NetEndpoint address, in SipUriView uri) => address.Port != 0 ? address.Port : uri.Scheme == SipScheme.Sips ? 5061 : 5060;

    private static int CountVias(SipMessage message)
    {
        var count = 0;
        foreach (var _ in message.Values(HeaderId.Via))
            count++;
        return count;
    }
}
