using System.Buffers.Binary;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Forwarding;

/// <summary>
/// What a proxy signs with that it wants to see again: loop marks in its branches, tokens in its Record-Route and Path (RFC 5626 §5.2 asks that nobody else
/// can make those). Immutable; may be used from any thread.
/// </summary>
public sealed class ForwardingKey
{
    /// <summary>Bytes of the secret.</summary>
    public const int Size = 16;

    /// <summary>Bytes of a branch that <see cref="WriteStatelessBranch"/> writes.</summary>
    public const int StatelessBranchLength = Branch.Length;

    /// <summary>Bytes of the longest token: signature, and a flow to an IPv6 address.</summary>
    public const int LongestToken = SignatureLength + 31;

    // 65 bits in characters of five.
    private const int SignatureLength = 13;

    // Transport and family, address, port.
    private const int LongestFlow = 1 + 16 + 2;
    private const byte V6 = 8;

    private readonly HashSecret _secret;

    /// <summary>A key from a secret that is kept elsewhere, so that what was signed before a restart still counts.</summary>
    /// <param name="secret">16 random bytes.</param>
    /// <exception cref="ArgumentException">It is of another length.</exception>
    public ForwardingKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != Size)
            throw new ArgumentException($"The secret is {Size} bytes long, not {secret.Length}.", nameof(secret));
        _secret = new(BinaryPrimitives.ReadUInt64LittleEndian(secret), BinaryPrimitives.ReadUInt64LittleEndian(secret[8..]));
    }

    private ForwardingKey(HashSecret secret) => _secret = secret;

    /// <summary>A key for the life of this process.</summary>
    public static ForwardingKey Random() => new(HashSecret.Random());

    /// <summary>
    /// What stands for a request's way through this proxy: its request-URI and Route values as they came. A request with the same mark has looped; with
    /// another it spirals (RFC 5393 §4.2.1). Never 0.
    /// </summary>
    public ulong LoopMark(SipMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var hash = new KeyedHash(_secret);
        hash.AddField(request.RequestUri);
        foreach (var route in request.Values(HeaderId.Route))
            hash.AddField(route);
        return (ulong)hash.Finish() | 1;
    }

    /// <summary>True when this request carries the mark of itself in one of its Vias: it has come round unchanged (RFC 5393 §4.2.2).</summary>
    public bool HasLooped(SipMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Span<byte> own = stackalloc byte[Forwarding.LoopMark.Length];
        var computed = false;
        foreach (var value in request.Values(HeaderId.Via))
        {
            if (!ViaView.TryParse(value, out var via) || Forwarding.LoopMark.Of(via.Branch) is not { IsEmpty: false } mark)
                continue;
            if (!computed)
                Forwarding.LoopMark.Write(LoopMark(request), own);
            computed = true;
            if (mark.SequenceEqual(own))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Writes the branch of a stateless proxy: a function of the one the request came with, so that a repetition gets the same, and the ACK for a non-2xx and
    /// the CANCEL that of their INVITE (RFC 3261 §16.11).
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="destination"><see cref="StatelessBranchLength"/> bytes.</param>
    public void WriteStatelessBranch(SipMessage request, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(request);
        var hash = new KeyedHash(_secret);
        if (request.TryGetTopVia(out var via) && via.Branch.StartsWith(Branch.Cookie))
        {
            hash.AddField(via.Branch);
            hash.AddFieldIgnoringCase(via.Host);
            hash.AddNumber((uint)via.Port);
        }
        else
        {
            // A peer older than RFC 3261: what its transactions are told apart by, the method left out. An ACK brings the To tag of the answer, so that is left out too.
            hash.AddField(request.RequestUri);
            hash.AddField(request.FromTag);
            hash.AddField(request.CallId);
            hash.AddNumber(request.TryGetCSeq(out var cseq) ? cseq.Number : 0);
        }

        Branch.Cookie.CopyTo(destination);
        var unique = destination.Slice(Branch.Cookie.Length, SignatureLength);
        TokenText.Write(hash.Finish(), unique);
        TokenText.Write(Sign("stateless"u8, unique), destination[(Branch.Cookie.Length + SignatureLength)..StatelessBranchLength]);
    }

    /// <summary>True when the top Via of a response has a branch that <see cref="WriteStatelessBranch"/> wrote: only then is it ours to pass back.</summary>
    public bool IsStatelessBranch(SipMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var branch = response.TopBranch;
        if (branch.Length != StatelessBranchLength || !branch.StartsWith(Branch.Cookie))
            return false;
        const int signed = 7 + SignatureLength;
        Span<byte> signature = stackalloc byte[StatelessBranchLength - signed];
        TokenText.Write(Sign("stateless"u8, branch[7..signed]), signature);
        return System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(signature, branch[signed..]);
    }

    /// <summary>Writes a token for the user part of a Record-Route or Path URI.</summary>
    /// <param name="context">What it is good for: a Call-ID; empty for a Path.</param>
    /// <param name="flow">The flow requests with this token are to take (RFC 5626 §5.1); default for none.</param>
    /// <param name="destination">At least <see cref="LongestToken"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public int WriteToken(ReadOnlySpan<byte> context, in SipTarget flow, Span<byte> destination)
    {
        Span<byte> packed = stackalloc byte[LongestFlow];
        packed = flow.Remote.HasValue ? Pack(flow, packed) : default;
        TokenText.Write(Sign(context, packed), destination[..SignatureLength]);
        var at = SignatureLength;
        // Five bits a character, the last one filled up with zeros.
        for (var bit = 0; bit < packed.Length * 8; bit += 5)
        {
            var pair = packed[bit / 8] << 8 | (bit / 8 + 1 < packed.Length ? packed[bit / 8 + 1] : 0);
            TokenText.Write((UInt128)(pair >> (11 - bit % 8) & 31), destination.Slice(at++, 1));
        }

        return at;
    }

    /// <summary>Reads a token of ours.</summary>
    /// <param name="token">The user part of the Route value.</param>
    /// <param name="context">As it was when the token was written.</param>
    /// <param name="flow">Transport and address of the flow; default when it names none.</param>
    /// <returns>False when it is not ours, or for something else.</returns>
    public bool TryReadToken(ReadOnlySpan<byte> token, ReadOnlySpan<byte> context, out SipTarget flow)
    {
        flow = default;
        if (token.Length is < SignatureLength or > LongestToken)
            return false;
        Span<byte> packed = stackalloc byte[LongestFlow + 1];
        packed.Clear();
        var bits = 0;
        foreach (var character in token[SignatureLength..])
        {
            var value = TokenText.Find(character);
            if (value < 0)
                return false;
            var shifted = value << (11 - bits % 8);
            packed[bits / 8] |= (byte)(shifted >> 8);
            if (bits / 8 + 1 < packed.Length)
                packed[bits / 8 + 1] |= (byte)shifted;
            bits += 5;
        }

        packed = packed[..(bits / 8)];
        Span<byte> signature = stackalloc byte[SignatureLength];
        TokenText.Write(Sign(context, packed), signature);
        return System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(signature, token[..SignatureLength])
            && (packed.IsEmpty || TryUnpack(packed, out flow));
    }

    private UInt128 Sign(ReadOnlySpan<byte> context, ReadOnlySpan<byte> packed)
    {
        var hash = new KeyedHash(_secret);
        hash.AddField(context);
        hash.AddField(packed);
        return hash.Finish();
    }

    private static Span<byte> Pack(in SipTarget flow, Span<byte> packed)
    {
        var remote = flow.Remote;
        packed[0] = (byte)((byte)flow.Transport | (remote.IsV6 ? V6 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(packed[1..], (ushort)remote.Port);
        if (!remote.IsV6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(packed[3..], (uint)remote.AddressBits);
            return packed[..7];
        }

        BinaryPrimitives.WriteUInt128BigEndian(packed[3..], remote.AddressBits);
        return packed;
    }

    private static bool TryUnpack(ReadOnlySpan<byte> packed, out SipTarget flow)
    {
        flow = default;
        var v6 = (packed[0] & V6) != 0;
        var transport = (SipTransport)(packed[0] & ~V6);
        if (packed.Length != (v6 ? LongestFlow : 7) || transport > SipTransport.Wss)
            return false;
        var port = BinaryPrimitives.ReadUInt16BigEndian(packed[1..]);
        flow = new(
            transport,
            v6 ? NetEndpoint.V6(BinaryPrimitives.ReadUInt128BigEndian(packed[3..]), port) : NetEndpoint.V4(BinaryPrimitives.ReadUInt32BigEndian(packed[3..]), port));
        return true;
    }
}
