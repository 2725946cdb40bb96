using System.Text;
using Parley.Services.Locations;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Registrar;

/// <summary>
/// The heart of a registrar: bindings and a REGISTER give other bindings or a refusal (RFC 3261 §10.3 steps 6 and 7, RFC 5626 §6, RFC 5627 §5.1). Pure: all of the
/// request counts or none of it.
/// </summary>
internal static class BindingMerge
{
    /// <param name="present">The bindings there are; what has expired counts as gone.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="request">The REGISTER.</param>
    /// <param name="options">Lifetimes.</param>
    /// <param name="limits">Limits.</param>
    /// <param name="next">The bindings there will be; the present ones when nothing changes.</param>
    public static RegisterOutcome Apply(
        in LocationState present, uint now, RegisterRequest request, RegistrarOptions options, LocationOptions limits, out LocationState next)
    {
        next = present;
        if (!request.Message.Has(HeaderId.Contact))
            return RegisterOutcome.Ok;
        if (IsStar(request.Message, out var isAlone))
            return isAlone && request is { HasExpires: true, Expires: 0 } ? RemoveAll(present, now, request, ref next) : new(400, "Contact: * stands alone, with Expires: 0");

        var (count, lasting, hasFlow) = (0, 0, false);
        foreach (var value in request.Message.Values(HeaderId.Contact))
        {
            if (++count > limits.MaxBindings)
                return TooMany(present, out next);
            var contact = ContactRequest.Read(value);
            if (Check(ref contact, request, options) is { Status: not 200 } refusal)
                return Refuse(present, refusal, out next);
            lasting += contact.Expires > 0 ? 1 : 0;
            hasFlow |= contact.RegId != 0;
            var outcome = contact.Expires == 0
                ? Remove(present, now, request, contact, ref next)
                : Put(present, now, request, contact, limits, ref next);
            if (outcome.Status != 200)
                return Refuse(present, outcome, out next);
        }

        // RFC 5626 §6: a flow is registered alone.
        if (hasFlow && lasting > 1)
            return Refuse(present, new(400, "One flow at a time"), out next);
        return Count(next.Record) > limits.MaxBindings ? TooMany(present, out next) : RegisterOutcome.Ok with { UsesOutbound = hasFlow };
    }

    private static RegisterOutcome TooMany(in LocationState present, out LocationState next) => Refuse(present, new(403, "Too many bindings"), out next);

    private static RegisterOutcome Refuse(in LocationState present, in RegisterOutcome refusal, out LocationState next)
    {
        next = present;
        return refusal;
    }

    private static bool IsStar(SipMessage message, out bool isAlone)
    {
        var (count, isStar) = (0, false);
        foreach (var value in message.Values(HeaderId.Contact))
        {
            count++;
            isStar |= value is [(byte)'*'];
        }

        isAlone = count == 1;
        return isStar;
    }

    // What is wrong with a Contact by itself; decides its lifetime and whether outbound is used for it.
    private static RegisterOutcome Check(ref ContactRequest contact, RegisterRequest request, RegistrarOptions options)
    {
        if (contact.Problem is { } problem)
            return new(400, problem);
        if (contact.Uri.Scheme is not (SipScheme.Sip or SipScheme.Sips))
            return new(403, "Contact must be a SIP URI"); // RFC 5627 §5.1; nothing here could send to another
        if (contact.RegId != 0 && !request.HasOutboundPath)
        {
            if (request.SupportsOutbound)
                return new(439);
            contact.RegId = 0;
        }

        if (contact.Expires < 0)
            contact.Expires = request.HasExpires ? request.Expires : (long)options.DefaultExpires.TotalSeconds;
        var shortest = (long)options.MinExpires.TotalSeconds;
        // RFC 3261 §10.3 step 7: never for an hour or more.
        if (contact.Expires is > 0 and < 3600 && contact.Expires < shortest)
            return new RegisterOutcome(423) { MinExpires = shortest };
        contact.Expires = Math.Min(contact.Expires, (long)options.MaxExpires.TotalSeconds);
        return RegisterOutcome.Ok;
    }

    private static RegisterOutcome RemoveAll(in LocationState present, uint now, RegisterRequest request, ref LocationState next)
    {
        var reader = new BindingReader(present.Record);
        while (reader.MoveNext())
        {
            if (reader.Expires > now && IsOld(reader, request))
                return OutOfOrder();
        }

        next = LocationState.None;
        return RegisterOutcome.Ok;
    }

    private static RegisterOutcome Remove(in LocationState present, uint now, RegisterRequest request, in ContactRequest contact, ref LocationState next)
    {
        if (TryFind(present, now, contact, out var found) && IsOld(found, request))
            return OutOfOrder();
        next = Rewrite(next, now, contact, default, 0, 0, null, out _);
        return RegisterOutcome.Ok;
    }

    private static RegisterOutcome Put(
        in LocationState present, uint now, RegisterRequest request, in ContactRequest contact, LocationOptions limits, ref LocationState next)
    {
        var isThere = TryFind(present, now, contact, out var found);
        if (isThere && IsOld(found, request))
            return OutOfOrder();
        Span<byte> others = contact.Parameters.Length <= 512 ? stackalloc byte[contact.Parameters.Length + 1] : new byte[contact.Parameters.Length + 1];
        var (epoch, outdated) = Epoch(present, now, request, contact);
        var userAgent = request.Message.Value(HeaderId.UserAgent);
        var binding = new BindingReader(default)
        {
            Id = isThere ? found.Id : (uint)Random.Shared.NextInt64(1, uint.MaxValue),
            Expires = (uint)Math.Min(now + contact.Expires, uint.MaxValue - 1),
            Updated = now,
            CSeq = request.CSeq,
            RegId = contact.RegId,
            Q = contact.Q,
            Flags = (BindingFlags)request.Flow.Transport,
            GruuEpoch = epoch,
            Source = request.SourceFor(contact),
            Contact = contact.Uri.Text,
            DisplayName = contact.DisplayName,
            Parameters = others[..contact.CopyOthers(others)],
            Instance = contact.Instance,
            Path = request.Path,
            CallId = request.CallId,
            UserAgent = userAgent[..Math.Min(userAgent.Length, LongestUserAgent)],
        };
        next = Rewrite(next, now, contact, binding, outdated, limits.MaxBindingBytes, binding.Source.HasValue ? request.Flow.Channel : null, out var fits);
        return fits ? RegisterOutcome.Ok : new(400, "Contact, Path and Call-ID are too long");
    }

    // What tells people which phone it is needs no more.
    private const int LongestUserAgent = 128;

    /// <summary>The bindings without the one a Contact means, and with another at the end.</summary>
    private static LocationState Rewrite(
        in LocationState state, uint now, in ContactRequest contact, in BindingReader added, ulong outdated, int limit, SipChannel? channel, out bool fits)
    {
        var writer = new BindingWriter(state.Record.Length + 128);
        var channels = new SipChannel?[Count(state.Record) + 1];
        var (isChanged, hasChannel) = (false, false);
        fits = true;
        var reader = new BindingReader(state.Record);
        while (reader.MoveNext())
        {
            if (reader.Expires <= now || IsMeant(reader, contact))
            {
                isChanged = true;
                continue;
            }

            var kept = state.ChannelAt(reader.Index);
            channels[writer.Count] = kept;
            hasChannel |= kept is not null;
            if (outdated != 0 && reader.GruuEpoch == outdated)
            {
                reader.GruuEpoch = added.GruuEpoch;
                writer.TryWrite(reader, int.MaxValue);
            }
            else
            {
                writer.Copy(reader);
            }
        }

        if (limit > 0)
        {
            channels[writer.Count] = channel;
            hasChannel |= channel is not null;
            fits = writer.TryWrite(added, limit);
            isChanged = true;
        }

        var next = isChanged ? new LocationState(writer.ToArray(), hasChannel ? channels : null) : state;
        writer.Dispose();
        return next;
    }

    /// <summary>
    /// What temporary GRUUs of the device are sealed with (RFC 5627 §5.1): as before while it comes with the same Call-ID; else drawn anew, and the old one, returned second, is to
    /// be replaced in its other bindings.
    /// </summary>
    private static (ulong Epoch, ulong Outdated) Epoch(in LocationState present, uint now, RegisterRequest request, in ContactRequest contact)
    {
        if (contact.Instance.IsEmpty)
            return default;
        var (epoch, isSame) = (0UL, true);
        var reader = new BindingReader(present.Record);
        while (reader.MoveNext())
        {
            if (reader.Expires <= now || !Ascii.EqualsIgnoreCase(reader.Instance, contact.Instance))
                continue;
            epoch = reader.GruuEpoch;
            if (contact.RegId == 0 || reader.RegId == contact.RegId)
                isSame = reader.CallId.SequenceEqual(request.CallId);
        }

        if (epoch != 0 && isSame)
            return (epoch, 0);
        return (GruuSeal.NewEpoch(), epoch);
    }

    private static bool TryFind(in LocationState state, uint now, in ContactRequest contact, out BindingReader found)
    {
        found = new BindingReader(state.Record);
        while (found.MoveNext())
        {
            if (found.Expires > now && IsMeant(found, contact))
                return true;
        }

        return false;
    }

    // RFC 5626 §6: with outbound the device and its flow, whose URI counts for nothing; else the URI (RFC 3261 §10.3 step 7).
    private static bool IsMeant(in BindingReader binding, in ContactRequest contact) => contact.RegId != 0
        ? binding.RegId == contact.RegId && Ascii.EqualsIgnoreCase(binding.Instance, contact.Instance)
        : binding.RegId == 0 && IsSameUri(binding.Contact, contact.Uri);

    private static bool IsSameUri(ReadOnlySpan<byte> stored, SipUriView uri)
    {
        if (stored.SequenceEqual(uri.Text))
            return true;
        if (!SipUriView.TryParse(stored, out var other) || other.Port != uri.Port || other.Scheme != uri.Scheme)
            return false;
        // Without escapes, users of different length are different; only what is left needs the full comparison.
        var hasEscapes = other.User.Contains((byte)'%') || uri.User.Contains((byte)'%');
        return (hasEscapes || other.User.SequenceEqual(uri.User)) && SipUri.FromView(other).Equals(SipUri.FromView(uri));
    }

    // Step 7: the same client counts upwards; what is not higher was overtaken.
    private static bool IsOld(in BindingReader binding, RegisterRequest request) =>
        binding.CallId.SequenceEqual(request.CallId) && request.CSeq <= binding.CSeq;

    private static RegisterOutcome OutOfOrder() => new(500, "CSeq out of order") { RetryAfter = 1 };

    private static int Count(byte[] record)
    {
        var count = 0;
        var reader = new BindingReader(record);
        while (reader.MoveNext())
            count++;
        return count;
    }
}
