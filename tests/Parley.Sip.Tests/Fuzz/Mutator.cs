namespace Parley.Sip.Tests.Fuzz;

/// <summary>Makes inputs out of a corpus, the same ones for the same seed.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> corpus, int seed)
{
    // What parsers decide by: delimiters, line ends, numbers at their limits, names that mean something.
    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "\r\n", "\n", "\r", "\r\n\r\n", "\r\n ", "\t", " ", ":", ";", ",", "\"", "\\", "<", ">", "@", "?", "=", "%", "%00", "%4", "[", "]", "::", "/", "*", "\0",
            "0", "-1", "255", "256", "65535", "65536", "2147483647", "2147483648", "4294967296", "99999999999999999999",
            "SIP/2.0", "sip:", "sips:", "tel:", "Via: ", "v:", "From: ", "To: ", "Call-ID: ", "CSeq: ", "Contact: ", "Content-Length: ", "l: ", "Max-Forwards: ",
            "INVITE", "ACK", "z9hG4bK", ";branch=", ";tag=", ";rport", ";received=", "Digest ", "nonce=", "realm=\"", "\"\"", ";lr", "200 OK",
        }.Select(System.Text.Encoding.Latin1.GetBytes),
    ];

    private readonly Random _random = new(seed);

    public Random Random => _random;

    public byte[] Next()
    {
        var input = Pick().ToList();
        for (var changes = _random.Next(1, 6); changes > 0; changes--)
            Change(input);
        return [.. input];
    }

    private byte[] Pick() => corpus[_random.Next(corpus.Count)];

    private void Change(List<byte> input)
    {
        var at = _random.Next(input.Count + 1);
        var length = Math.Min(_random.Next(1, 40), input.Count - at);
        switch (_random.Next(8))
        {
            case 0 when input.Count > 0:
                input[Math.Min(at, input.Count - 1)] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when input.Count > 0:
                input[Math.Min(at, input.Count - 1)] = (byte)_random.Next(256);
                break;
            case 2:
                input.RemoveRange(at, length);
                break;
            case 3:
                input.RemoveRange(at, input.Count - at);
                break;
            case 4:
                input.InsertRange(at, Tokens[_random.Next(Tokens.Length)]);
                break;
            case 5:
                input.RemoveRange(at, length);
                input.InsertRange(at, Tokens[_random.Next(Tokens.Length)]);
                break;
            case 6:
                Splice(input, at);
                break;
            default:
                Repeat(input, at, length);
                break;
        }
    }

    private void Splice(List<byte> input, int at)
    {
        var other = Pick();
        var from = _random.Next(other.Length + 1);
        input.InsertRange(at, other.AsSpan(from, Math.Min(_random.Next(200), other.Length - from)).ToArray());
    }

    private void Repeat(List<byte> input, int at, int length)
    {
        var piece = input.GetRange(at, length);
        for (var times = _random.Next(1, 60); times > 0 && input.Count < 70_000; times--)
            input.InsertRange(at, piece);
    }
}
