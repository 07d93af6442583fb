"""What the cloud's error codes mean to the user: a title and a next step for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ivcdesk.ui.text import mark


class Words(NamedTuple):
    """What happened, and what to do next; both to be translated when shown."""

    title: str
    hint: str


_CHECK_KEY = mark("Check SecretId and SecretKey and sign in again.")
_ASK_ADMIN = mark("Ask the account's administrator for the permission.")
_RELOAD = mark("Reload the tree; it may have been moved or deleted.")
_OTHER_TIME = mark("Choose another time range.")
_WAIT = mark("Wait a moment and try again.")
_TRY_AGAIN = mark("Try again.")
_REPORT = mark("This should not happen: please report it with the request id.")
_CHECK_POWER = mark("Check its power and network, then try again.")
_OTHER_FILTER = mark("Choose another filter.")
_CANT = mark("The device's kind of access does not allow it.")

BY_CODE: Mapping[str, Words] = {
    "AuthFailure.SecretIdNotFound": Words(
        mark("The cloud does not know this SecretId"),
        mark("It may be mistyped, disabled or deleted. Look it up in the console."),
    ),
    "AuthFailure.InvalidSecretId": Words(
        mark("This is not the SecretId of an API key"),
        mark("Copy it from the access management page of the console."),
    ),
    "AuthFailure.SignatureFailure": Words(
        mark("SecretKey and SecretId do not belong together"),
        mark("Check the SecretKey: a missing letter or a space at its end is enough."),
    ),
    "AuthFailure.SignatureExpire": Words(
        mark("This computer's clock is too far off"),
        mark("It differs from the cloud's by more than five minutes. Set it and try again."),
    ),
    "AuthFailure.TokenFailure": Words(
        mark("The token is wrong or has ended"),
        mark("Get a new temporary key, or leave the token empty for a permanent one."),
    ),
    "AuthFailure.InvalidAuthorization": Words(
        mark("The cloud did not accept the signature"), _CHECK_KEY
    ),
    "AuthFailure.MFAFailure": Words(
        mark("The cloud asks for a second factor"),
        mark("Use a key of a sub-account that needs none."),
    ),
    "AuthFailure.UnauthorizedOperation": Words(
        mark("This account has no permission for it"), _ASK_ADMIN
    ),
    "UnauthorizedOperation": Words(mark("This account has no permission for it"), _ASK_ADMIN),
    "IpInBlacklist": Words(
        mark("The cloud blocks the address of this network"),
        mark("Use another network, or ask the administrator to take it off the list."),
    ),
    "IpNotInWhitelist": Words(
        mark("The account allows only certain networks, and not this one"),
        mark("Use another network, or ask the administrator to add it to the list."),
    ),
    "OperationDenied": Words(
        mark("The cloud does not allow it"), mark("The cloud says: {message}")
    ),
    "OperationDenied.NoWhitelist": Words(
        mark("This function must be applied for"),
        mark("Ask the cloud's support to enable it for the account."),
    ),
    "OperationDenied.PlayAuthNotEnabled": Words(
        mark("Signed play addresses are switched off"),
        mark("Switch on play authentication for the domain."),
    ),
    "OperationDenied.BandwidthLimitZero": Words(
        mark("The account has no bandwidth left"),
        mark("Check the account's plan in the console."),
    ),
    "OperationDenied.ConnectsLimitZero": Words(
        mark("The account has no connections left"),
        mark("Close other pictures, or check the account's plan in the console."),
    ),
    "ActionOffline": Words(
        mark("The cloud has retired this function"),
        mark("Everything else goes on working."),
    ),
    "InvalidAction": Words(
        mark("The cloud does not offer this function"),
        mark("Check the endpoint and the region; everything else goes on working."),
    ),
    "NoSuchProduct": Words(
        mark("The endpoint does not offer this service"), mark("Check the endpoint.")
    ),
    "NoSuchVersion": Words(
        mark("The endpoint speaks another version"), mark("Check the endpoint.")
    ),
    "UnsupportedRegion": Words(
        mark("The service does not exist in this region"),
        mark("Choose another region and sign in again."),
    ),
    "RegionError.ResourceUnreachable": Words(
        mark("It belongs to another region"),
        mark("Sign in to the region of the device."),
    ),
    "ResourceNotFound": Words(mark("It is not there any more"), _RELOAD),
    "ResourceNotFound.DeviceNotExist": Words(mark("This device does not exist"), _RELOAD),
    "ResourceNotFound.ChannelNotExist": Words(mark("This channel does not exist"), _RELOAD),
    "ResourceNotFound.OrganizationIdNotExist": Words(
        mark("This organisation does not exist"), _RELOAD
    ),
    "ResourceNotFound.StreamNotExistOrClose": Words(
        mark("The stream has ended"), mark("Open the recording again.")
    ),
    "ResourceNotFound.VideoNotFound": Words(
        mark("There is no recording at this time"), _OTHER_TIME
    ),
    "ResourceUnavailable": Words(mark("It is not available now"), _WAIT),
    "ResourceUnavailable.DevOffline": Words(mark("The device is offline"), _CHECK_POWER),
    "ResourceUnavailable.DevDisable": Words(
        mark("The device is disabled"),
        mark("Enable it in the console, or ask the administrator."),
    ),
    "ResourceUnavailable.DevNoRegister": Words(
        mark("The device has never registered"),
        mark("Check the SIP or push settings in the device itself."),
    ),
    "ResourceUnavailable.ChannelOffline": Words(mark("The channel is offline"), _CHECK_POWER),
    "ResourceUnavailable.VideoArchived": Words(
        mark("The recording lies in the archive"),
        mark("It must be retrieved before it can be played."),
    ),
    "ResourceInsufficient": Words(mark("The account's quota is used up"), _ASK_ADMIN),
    "RequestLimitExceeded": Words(mark("Too many requests at once"), _WAIT),
    "RequestLimitExceeded.IPLimitExceeded": Words(
        mark("Too many requests from this network"), _WAIT
    ),
    "RequestLimitExceeded.UinLimitExceeded": Words(
        mark("Too many requests of this account"), _WAIT
    ),
    "RequestLimitExceeded.GlobalRegionUinLimitExceeded": Words(
        mark("Too many requests of this account"), _WAIT
    ),
    "OperationDenied.ConcurrentDownloadsOverLimit": Words(
        mark("Too many downloads at once"), mark("Wait until some have ended.")
    ),
    "LimitExceeded": Words(mark("The account's quota is used up"), _ASK_ADMIN),
    "ServiceUnavailable": Words(mark("The cloud is down for the moment"), _WAIT),
    "InternalError": Words(
        mark("The cloud failed by itself"),
        mark("Try again. If it goes on, give the request id to the cloud's support."),
    ),
    "InternalError.ServerInternalError": Words(
        mark("The cloud failed by itself"),
        mark("Try again. If it goes on, give the request id to the cloud's support."),
    ),
    "FailedOperation": Words(
        mark("It did not work"), mark("The cloud gives no reason. Try again.")
    ),
    "FailedOperation.RequestTimeout": Words(mark("The cloud took too long"), _TRY_AGAIN),
    "FailedOperation.DatabaseError": Words(mark("The cloud failed by itself"), _WAIT),
    "FailedOperation.DeviceResponseTimeOut": Words(
        mark("The device did not answer in time"),
        mark("It is reachable but slow, or busy. Try again."),
    ),
    "FailedOperation.DeviceResultTimeOut": Words(
        mark("The device took the command but never reported the end"),
        mark("Look at the picture: it may have worked."),
    ),
    "InvalidParameter": Words(
        mark("The cloud did not understand the request"), mark("The cloud says: {message}")
    ),
    "InvalidParameter.InvalidBodyFormat": Words(mark("The cloud can't read the request"), _REPORT),
    "InvalidParameter.InvalidParameter": Words(
        mark("The cloud did not accept a value"), mark("The cloud says: {message}")
    ),
    "InvalidParameterValue": Words(
        mark("The cloud did not accept a value"), mark("The cloud says: {message}")
    ),
    "InvalidParameterValue.DeviceMismatchChannel": Words(
        mark("The channel does not belong to this device"), _RELOAD
    ),
    "InvalidParameterValue.InvalidChannelId": Words(
        mark("The cloud does not know this channel"), _RELOAD
    ),
    "InvalidParameterValue.IllegalChannelId": Words(
        mark("The cloud does not know this channel"), _RELOAD
    ),
    "InvalidParameterValue.InvalidDeviceId": Words(
        mark("The cloud does not know this device"), _RELOAD
    ),
    "InvalidParameterValue.IllegalDeviceId": Words(
        mark("The cloud does not know this device"), _RELOAD
    ),
    "InvalidParameterValue.InvalidOrganizationId": Words(
        mark("The cloud does not know this organisation"), _RELOAD
    ),
    "InvalidParameterValue.InvalidClusterId": Words(
        mark("The cloud does not know this service node"), _OTHER_FILTER
    ),
    "InvalidParameterValue.InvalidAccessProtocol": Words(
        mark("Devices can't be filtered by this protocol"), _OTHER_FILTER
    ),
    "InvalidParameterValue.InvalidDeviceStatus": Words(
        mark("Devices can't be filtered by this state"), _OTHER_FILTER
    ),
    "InvalidParameterValue.InvalidDeviceType": Words(
        mark("Devices can't be filtered by this type"), _OTHER_FILTER
    ),
    "InvalidParameterValue.InvalidKeyword": Words(
        mark("The cloud can't search for this"), mark("Search for another word.")
    ),
    "InvalidParameterValue.InvalidPageNumber": Words(mark("This page does not exist"), _REPORT),
    "InvalidParameterValue.InvalidPageSize": Words(mark("The pages are too large"), _REPORT),
    "InvalidParameterValue.InvalidStartTimeOrEndTime": Words(
        mark("The time range is not accepted"), _OTHER_TIME
    ),
    "InvalidParameterValue.NonSameDay": Words(
        mark("The time range crosses midnight of UTC+8"), _OTHER_TIME
    ),
    "InvalidParameterValue.StartOverEndTime": Words(
        mark("The time range ends before it starts"), _OTHER_TIME
    ),
    "InvalidParameterValue.StartTimeGreaterThanOrEqualEndTime": Words(
        mark("The time range ends before it starts"), _OTHER_TIME
    ),
    "InvalidParameterValue.StartOverNowTime": Words(
        mark("This time has not come yet"),
        mark("Choose another time range, and check this computer's clock."),
    ),
    "InvalidParameterValue.StartTimeZero": Words(mark("The time range has no start"), _OTHER_TIME),
    "InvalidParameterValue.EndTimeZero": Words(mark("The time range has no end"), _OTHER_TIME),
    "InvalidParameterValue.InvalidStreamType": Words(
        mark("The device has no such stream"), mark("Choose the main stream.")
    ),
    "InvalidParameterValue.UnSupportScale": Words(
        mark("The device can't play at this speed"), mark("Choose another speed.")
    ),
    "InvalidParameterValue.UnSupportedScaleParam": Words(
        mark("The device can't play at this speed"), mark("Choose another speed.")
    ),
    "InvalidParameterValue.UnSupportedAccessType": Words(mark("This device can't do that"), _CANT),
    "InvalidParameterValue.UnSupportedPTZCMD": Words(
        mark("This device can't be turned that way"), _CANT
    ),
    "InvalidParameterValue.UnSupportedPresetCMD": Words(
        mark("This device has no such preset function"), _CANT
    ),
    "MissingParameter": Words(mark("The request lacks a value"), _REPORT),
    "UnknownParameter": Words(
        mark("The cloud does not know a value that was sent"),
        mark("The endpoint may speak another version."),
    ),
    "UnsupportedOperation": Words(
        mark("The cloud can't do this"), mark("The cloud says: {message}")
    ),
    "UnsupportedOperation.ScaleAndPosBothExist": Words(
        mark("Position and speed can't be changed at once"), _TRY_AGAIN
    ),
    "UnsupportedOperation.StreamTypeOrResolution": Words(
        mark("Stream and resolution can't be chosen at once"), _TRY_AGAIN
    ),
    "UnsupportedOperation.UnopenedIntranetServicesInRegion": Words(
        mark("This region offers no streams inside the cloud's own network"),
        mark("Use the public addresses."),
    ),
    "UnsupportedProtocol": Words(
        mark("The endpoint does not take such requests"), mark("Check the endpoint.")
    ),
    "RequestSizeLimitExceeded": Words(mark("The request is too large"), _REPORT),
    "ResponseSizeLimitExceeded": Words(
        mark("The cloud's answer would be too large"), mark("Ask for less at once.")
    ),
}
