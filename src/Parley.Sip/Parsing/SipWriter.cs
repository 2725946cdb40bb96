using System.Buffers.Text;
using System.Text;
using Parley.Net;
using Parley.Sip.Messages;

namespace Parley.Sip.Parsing;

/// <summary>
/// Writes one message into a pooled buffer, which is exchanged for a larger one when it fills up. Start line first, then header fields, then
/// <see cref="Body"/> or <see cref="NoBody"/>, then <see cref="Finish"/>. Makes no strings.
/// </summary>
/// <remarks>
/// Ownership: the buffer is the writer's until <see cref="Finish"/> hands it to the caller; a writer that is not finished must be abandoned. Being a mutable
/// struct it is passed on by <c>ref</c> only. Line ends in what it is given are refused, so no header field can be smuggled in.
/// </remarks>
public ref partial struct SipWriter
{
    private readonly PacketPool _pool;
    private PacketBuffer? _buffer;
    private byte[] _data;
    private int _at;

    /// <summary>Rents a buffer to write into.</summary>
    /// <param name="pool">Where the buffer comes from.</param>
    public SipWriter(PacketPool pool)
    {
        _pool = pool;
        _buffer = pool.Rent();
        _data = _buffer.Array;
        _at = 0;
    }

    /// <summary>Bytes written so far.</summary>
    public readonly int Length => _at;

    /// <summary>Writes the request line (RFC 3261 §7.1).</summary>
    /// <exception cref="ArgumentException">The method is no token or the URI is empty, or has a blank or control character in it; the argument is named.</exception>
    public void RequestLine(scoped ReadOnlySpan<byte> method, scoped ReadOnlySpan<byte> uri)
    {
        if (!SipSyntax.IsToken(method))
            throw new ArgumentException("A method must be a token.", nameof(method));
        if (uri.IsEmpty || uri.ContainsAnyInRange((byte)0, (byte)' '))
            throw new ArgumentException("A request-URI must not be empty or contain blanks or control characters.", nameof(uri));
        Put(method);
        Put((byte)' ');
        Put(uri);
        Put(" SIP/2.0\r\n"u8);
    }

    /// <summary>Writes the status line (RFC 3261 §7.2).</summary>
    /// <param name="status">Status code, 100–699.</param>
    /// <param name="reason">Reason phrase; the standard one when empty.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is not within 100–699.</exception>
    /// <exception cref="ArgumentException">The reason has CR, LF or NUL in it.</exception>
    public void StatusLine(int status, scoped ReadOnlySpan<byte> reason = default)
    {
        if (status is < 100 or > 699)
            throw new ArgumentOutOfRangeException(nameof(status), status, "A status code is within 100 to 699.");
        Refuse(reason, nameof(reason));
        Put("SIP/2.0 "u8);
        PutNumber(status);
        Put((byte)' ');
        Put(reason.IsEmpty ? ReasonPhrases.For(status) : reason);
        EndLine();
    }

    /// <summary>Writes a header line.</summary>
    /// <exception cref="ArgumentException">The value has CR, LF or NUL in it.</exception>
    public void Header(HeaderId id, scoped ReadOnlySpan<byte> value)
    {
        Refuse(value, nameof(value));
        Begin(id);
        Put(value);
        EndLine();
    }

    /// <summary>Writes a header line with a number.</summary>
    public void Header(HeaderId id, long value)
    {
        Begin(id);
        PutNumber(value);
        EndLine();
    }

    /// <summary>Writes a header line of any name.</summary>
    /// <exception cref="ArgumentException">The name is no token, or the value has CR, LF or NUL in it; the argument is named.</exception>
    public void Header(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        if (!SipSyntax.IsToken(name))
            throw new ArgumentException("The name of a header field must be a token.", nameof(name));
        Refuse(value, nameof(value));
        Put(name);
        Put(": "u8);
        Put(value);
        EndLine();
    }

    /// <summary>Writes a header line; the value in UTF-8.</summary>
    public void Header(SipHeader header)
    {
        Append(header.Name);
        Put(": "u8);
        Append(header.Value);
        EndLine();
    }

    /// <summary>Begins a header line whose value is appended piece by piece and closed with <see cref="EndLine"/>.</summary>
    public void Begin(HeaderId id)
    {
        Put(HeaderNames.Name(id));
        Put(": "u8);
    }

    /// <summary>Appends to the line begun.</summary>
    /// <exception cref="ArgumentException">The text has CR, LF or NUL in it.</exception>
    public void Append(scoped ReadOnlySpan<byte> text)
    {
        Refuse(text, nameof(text));
        Put(text);
    }

    /// <summary>Appends one character to the line begun.</summary>
    /// <exception cref="ArgumentException">It is CR, LF or NUL.</exception>
    public void Append(byte character)
    {
        if (character is (byte)'\r' or (byte)'\n' or 0)
            throw new ArgumentException("CR, LF and NUL cannot be in a header field.", nameof(character));
        Put(character);
    }

    /// <summary>Appends a number in decimal digits.</summary>
    public void Append(long number) => PutNumber(number);

    /// <summary>Appends text in UTF-8.</summary>
    /// <exception cref="ArgumentException">The text has CR, LF or NUL in it.</exception>
    public void Append(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new ArgumentException("CR, LF and NUL cannot be in a header field.", nameof(text));
        Ensure(Encoding.UTF8.GetMaxByteCount(text.Length));
        _at += Encoding.UTF8.GetBytes(text, _data.AsSpan(_at));
    }

    /// <summary>Closes the line begun with <see cref="Begin"/>.</summary>
    public void EndLine() => Put("\r\n"u8);

    /// <summary>Writes Content-Type, Content-Length, the empty line and the body.</summary>
    /// <exception cref="ArgumentException">The content type is empty or has CR, LF or NUL in it.</exception>
    public void Body(scoped ReadOnlySpan<byte> contentType, scoped ReadOnlySpan<byte> body)
    {
        if (contentType.IsEmpty)
            throw new ArgumentException("A body needs a content type.", nameof(contentType));
        Header(HeaderId.ContentType, contentType);
        Header(HeaderId.ContentLength, body.Length);
        EndLine();
        Put(body);
    }

    /// <summary>Writes a Content-Length of 0 and the empty line.</summary>
    public void NoBody() => Put("Content-Length: 0\r\n\r\n"u8);

    /// <summary>The message. The caller owns its only reference; the writer is done.</summary>
    /// <exception cref="InvalidOperationException">Finished or abandoned before.</exception>
    public PacketBuffer Finish()
    {
        var buffer = _buffer ?? throw new InvalidOperationException("This message was finished or abandoned before.");
        buffer.Length = _at;
        _buffer = null;
        _data = [];
        _at = 0;
        return buffer;
    }

    /// <summary>Gives the buffer back unless it was finished.</summary>
    public void Abandon()
    {
        _buffer?.Release();
        _buffer = null;
        _data = [];
        _at = 0;
    }

    private static void Refuse(scoped ReadOnlySpan<byte> text, string argument)
    {
        if (text.ContainsAny(SipSyntax.LineBreak))
            throw new ArgumentException("CR, LF and NUL cannot be in a start line or header field.", argument);
    }

    private void Put(byte value)
    {
        if (_at == _data.Length)
            Grow(1);
        _data[_at++] = value;
    }

    private void Put(scoped ReadOnlySpan<byte> text)
    {
        Ensure(text.Length);
        text.CopyTo(_data.AsSpan(_at));
        _at += text.Length;
    }

    private void PutNumber(long number)
    {
        const int longest = 20; // digits and sign of a 64-bit number
        Ensure(longest);
        Utf8Formatter.TryFormat(number, _data.AsSpan(_at), out var written);
        _at += written;
    }

    private void Ensure(int more)
    {
        if (more > _data.Length - _at)
            Grow(more);
    }

    private void Grow(int more)
    {
        var old = _buffer ?? throw new InvalidOperationException("This message was finished or abandoned before.");
        var next = _pool.Rent(Math.Max(_at + more, _data.Length * 2));
        _data.AsSpan(0, _at).CopyTo(next.Array);
        _buffer = next;
        _data = next.Array;
        old.Release();
    }
}
