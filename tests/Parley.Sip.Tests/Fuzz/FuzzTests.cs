using System.Buffers;
using System.Text;
using Parley.Net;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Tests.Parsing;

namespace Parley.Sip.Tests.Fuzz;

public sealed class FuzzTests : IDisposable
{
    private const int Targets = 3;

    // Inputs that once broke something, in base64.
    private static readonly string[] Regressions =
    [
    ];

    private readonly MessageRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Datagrams() => FuzzRun.Of("datagram", Targets, Messages(), Kept(), (input, random) =>
    {
        var first = ParseBefore(input, poison: 0x0A);
        Assert.Equal(first, ParseBefore(input, poison: (byte)random.Next(256)));
        CheckRewriting(input);
        Assert.Equal(0, _rig.Packets.Outstanding);
        Assert.Equal(0, _rig.Messages.Outstanding);
    });

    [Fact]
    public void Streams() => FuzzRun.Of("stream", Targets, [.. Messages().Select(message => message.Concat(Messages()[0]).ToArray())], Kept(), (input, random) =>
    {
        var whole = Frame(input, input.Length);
        Assert.Equal(whole, Frame(input, random.Next(1, 1 + Math.Max(1, input.Length))));
        Assert.Equal(whole, Frame(input, random.Next(1, 30)));
        Assert.Equal(0, _rig.Packets.Outstanding);
        Assert.Equal(0, _rig.Messages.Outstanding);
    });

    [Fact]
    public void Values() => FuzzRun.Of("value", Targets, Texts(), Kept(), (input, random) =>
    {
        var text = new StringBuilder();
        if (SipUriView.TryParse(input, out var uri))
        {
            Digesting.Add(text, uri);
            CheckUri(SipUri.FromView(uri));
        }

        if (ViaView.TryParse(input, out var via))
            Digesting.Add(text, via);
        if (NameAddrView.TryParse(input, out var address))
        {
            Digesting.Add(text, address);
            if (SipAddress.TryFromView(address, out var owned) && !owned.ToString().AsSpan().ContainsAny('\r', '\n', '\0'))
                Assert.Equal(owned.ToString(), SipAddress.Parse(owned.ToString()).ToString());
        }

        if (CSeqView.TryParse(input, out var cseq))
            Assert.InRange(cseq.Number, 0u, (uint)int.MaxValue);
        CheckDigest(input);
    });

    private static void CheckUri(SipUri uri)
    {
        var again = SipUri.Parse(uri.ToString());
        Assert.Equal(uri, again);
        Assert.Equal(uri.GetHashCode(), again.GetHashCode());
        Assert.Equal(uri.User, again.User);
        // Escapes that are no UTF-8 cannot be said in a string.
        if (uri.Scheme is not (SipScheme.Sip or SipScheme.Sips) || uri.User.Contains('\uFFFD', StringComparison.Ordinal))
            return;
        var rebuilt = uri.WithUser(uri.User).WithoutParameter("x").WithoutHeaders();
        Assert.Equal((uri.User, uri.Host, uri.Port), (rebuilt.User, rebuilt.Host, rebuilt.Port));
    }

    private static void CheckDigest(byte[] input)
    {
        if (DigestFields.TryParse(input, out var fields))
            Assert.True(fields.Nonce.Length <= input.Length);
        if (DigestChallenge.TryParse(input, false, out var challenge))
            new DigestClient.Session(challenge, new DigestCredentials { Username = "u", Password = "p" }, "c").Next("BYE"u8, "sip:a"u8);
    }

    // What was understood, or why it was refused, with foreign bytes behind the input.
    private string ParseBefore(byte[] input, byte poison)
    {
        var buffer = _rig.Packets.Rent(input.Length);
        buffer.Array.AsSpan().Fill(poison);
        input.CopyTo(buffer.Array, 0);
        buffer.Length = input.Length;
        if (!SipParser.TryParse(buffer, _rig.Limits, _rig.Messages, out var message, out var fault))
        {
            buffer.Release();
            return fault.ToString();
        }

        var text = Digesting.Of(message) + fault;
        Assert.Equal(Digesting.Of(message), Digesting.Of(message.ToOwned()));
        message.Release();
        return text;
    }

    // A sound message written from its parts is read as the same, and comes out the same when written once more.
    private void CheckRewriting(byte[] input)
    {
        if (!_rig.TryParse(input, out var message, out var fault))
            return;
        if (fault.IsNone && IsWritable(message!))
        {
            var once = Rewrite(message!);
            var bytes = once.Span.ToArray();
            Assert.True(SipParser.TryParse(once, _rig.Limits with { MaxLine = SipLimits.LongestLine }, _rig.Messages, out var again, out fault), $"own writing refused: {fault}");
            Assert.True(fault.IsNone, $"own writing faulty: {fault}");
            Assert.Equal(Digesting.Of(message!), Digesting.Of(again));
            var twice = Rewrite(again);
            Assert.Equal(bytes, twice.Span.ToArray());
            twice.Release();
            again.Release();
        }

        message!.Release();
    }

    // An empty phrase is written as the standard one, and NUL in a phrase is not written at all.
    private static bool IsWritable(SipMessage message) => message.IsRequest || !(message.Reason.IsEmpty || message.Reason.Contains((byte)0));

    private PacketBuffer Rewrite(SipMessage message)
    {
        var writer = new SipWriter(_rig.Packets);
        if (message.IsRequest)
            writer.RequestLine(message.MethodName, message.RequestUri);
        else
            writer.StatusLine(message.StatusCode, message.Reason);
        for (var i = 0; i < message.HeaderCount; i++)
            writer.Copy(message.Header(i));
        writer.EndLine();
        var head = writer.Finish();
        var whole = _rig.Buffer([.. head.Span, .. message.Body]);
        head.Release();
        return whole;
    }

    private string Frame(byte[] input, int cut)
    {
        var framer = new SipFramer(_rig.Limits, _rig.Packets, _rig.Messages);
        var seen = new StringBuilder();
        var consumed = 0;
        for (var end = cut; ; end = Math.Min(end + cut, input.Length))
        {
            var sequence = Segments.Of(input.AsMemory(consumed, Math.Min(end, input.Length) - consumed), 1 + cut / 3);
            var length = sequence.Length;
            if (!Drain(framer, ref sequence, seen) || end >= input.Length)
                return seen.ToString();
            consumed += (int)(length - sequence.Length);
        }
    }

    private static bool Drain(SipFramer framer, ref ReadOnlySequence<byte> input, StringBuilder seen)
    {
        while (true)
        {
            var result = framer.TryRead(ref input, out var message, out var fault);
            if (result == FrameResult.NeedMore)
                return true;
            seen.Append(result).Append(fault.Status).Append(message is null ? "" : Digesting.Of(message)).Append('\n');
            message?.Release();
            if (result == FrameResult.Fatal)
                return false;
        }
    }

    private static List<byte[]> Kept() => [.. Regressions.Select(Convert.FromBase64String)];

    private static List<byte[]> Messages() =>
        [.. Directory.EnumerateFiles("Torture", "*.dat").Concat(Directory.EnumerateFiles("Corpus", "*.sip")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    // Single values: those of all headers of all messages, all URIs, and credentials.
    private List<byte[]> Texts()
    {
        var texts = new List<byte[]>
        {
            "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256, qop=\"auth,auth-int\", opaque=\"o\", stale=true"u8.ToArray(),
            "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:a\", response=\"00\", algorithm=MD5, qop=auth, nc=00000001, cnonce=\"c\""u8.ToArray(),
            "sip:a%20b:pw@[2001:db8::192.0.2.1]:5060;transport=tcp;lr?Subject=x&Route=%3Csip:c%3E"u8.ToArray(),
            "tel:+1-201-555-0123;phone-context=example.com"u8.ToArray(),
        };
        foreach (var bytes in Messages())
        {
            if (!_rig.TryParse(bytes, out var message, out _))
                continue;
            if (message!.IsRequest)
                texts.Add(message.RequestUri.ToArray());
            for (var i = 0; i < message.HeaderCount; i++)
            {
                texts.Add(message.Header(i).Value.ToArray());
                if (NameAddrView.TryParse(message.Header(i).Value, out var address))
                    texts.Add(address.Uri.ToArray());
            }

            message.Release();
        }

        return texts;
    }
}
